// A run's projections for people, as JSON, and as a plot of estimate and interval against the share observed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/plot.hpp"
#include "session/forecast/project_run.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::ProjectedRun& projected);
[[nodiscard]] nlohmann::ordered_json to_json(const session::ProjectedRun& projected);
[[nodiscard]] std::string to_json_text(
    const session::ProjectedRun& projected);  ///< to_json() as it is written
/// Energy over the share of the work that was seen: projection, its 90 % interval, what was used, what it
/// came to.
[[nodiscard]] Plot to_plot(const session::ProjectedRun& projected);

}  // namespace joulecast::report
