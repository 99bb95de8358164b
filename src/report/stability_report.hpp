// Stability as people and programs see it: text, JSON and a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/plot.hpp"
#include "session/runs/stability_summary.hpp"
#include "trace/run.hpp"

namespace joulecast::report {

/// The trace with the points that the methods found, and the epochs that the power shows.
[[nodiscard]] Plot stability_plot(const trace::Run& run, const stability::RunStability& stability);
[[nodiscard]] std::string stability_text(const trace::Run& run, const stability::RunStability& stability);

/// {"method", "stable_from_s", "stable_epoch", "censored", …} of the first method; with several, all of them
/// under "methods".
[[nodiscard]] nlohmann::ordered_json stability_json(const trace::Run& run,
                                                    const stability::RunStability& stability);

[[nodiscard]] std::string summary_text(const session::StabilitySummary& summary);
[[nodiscard]] nlohmann::ordered_json summary_json(const session::StabilitySummary& summary);

}  // namespace joulecast::report
