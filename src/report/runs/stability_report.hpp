// When power becomes stable, for one run and for many, as text, JSON and a picture. See docs/stabilise.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/pictures/plot.hpp"
#include "session/runs/stabilise_runs.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::StabilityOfRun& of_run);
/// {"method", "stable_from_s", "stable_epoch", "censored", …} of the first method. If there are several
/// methods, "methods" lists all of them.
[[nodiscard]] nlohmann::ordered_json to_json(const session::StabilityOfRun& of_run);
[[nodiscard]] std::string to_json_text(const session::StabilityOfRun& of_run);
/// Power over time, with a line at the point from which each method considers it stable.
[[nodiscard]] Plot to_plot(const session::StabilityOfRun& of_run);

[[nodiscard]] std::string to_text(const session::StabilitySummary& summary);
[[nodiscard]] nlohmann::ordered_json to_json(const session::StabilitySummary& summary);
[[nodiscard]] std::string to_json_text(const session::StabilitySummary& summary);

}  // namespace joulecast::report
