// A run's projections as text, as JSON, and as a plot of estimate and interval against the observed share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/pictures/plot.hpp"
#include "session/forecast/project_run.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::ProjectedRun& projected);
[[nodiscard]] nlohmann::ordered_json to_json(const session::ProjectedRun& projected);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::ProjectedRun& projected);
/// Energy against the observed share of the work: the projection, its 90 % interval, the energy used, and the
/// final total.
[[nodiscard]] Plot to_plot(const session::ProjectedRun& projected);

}  // namespace joulecast::report
