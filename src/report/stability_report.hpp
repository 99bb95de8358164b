// From when on power is stable, of one run and of many: as text, JSON and a picture. docs/stabilise.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/plot.hpp"
#include "session/runs/stabilise_runs.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::StabilityOfRun& of_run);
/// {"method", "stable_from_s", "stable_epoch", "censored", …} of the first method; with several, all of them
/// under "methods".
[[nodiscard]] nlohmann::ordered_json to_json(const session::StabilityOfRun& of_run);
[[nodiscard]] std::string to_json_text(const session::StabilityOfRun& of_run);
/// The power over time, and a line where each method finds it stable.
[[nodiscard]] Plot to_plot(const session::StabilityOfRun& of_run);

[[nodiscard]] std::string to_text(const session::StabilitySummary& summary);
[[nodiscard]] nlohmann::ordered_json to_json(const session::StabilitySummary& summary);
[[nodiscard]] std::string to_json_text(const session::StabilitySummary& summary);

}  // namespace joulecast::report
