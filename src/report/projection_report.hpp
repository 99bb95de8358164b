// A run's projections for people, as JSON, and as a plot of estimate and interval against the share observed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "carbon/intensity.hpp"
#include "estimate/online/history.hpp"
#include "report/plot.hpp"

namespace joulecast::report {

struct ProjectionReport {
  std::string run;                    ///< its id or name
  std::optional<WallTime> started{};  ///< to tell when it finishes
  estimate::ProjectionHistory history;
  std::size_t at = 0;  ///< the moment that was asked for
  std::optional<double> ask_work{};
  std::optional<Joules> ask_budget{};
  carbon::Estimate carbon{};  ///< of the projected total at that moment
};

[[nodiscard]] std::string to_text(const ProjectionReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const ProjectionReport& report);
/// Energy over the share of the work that was seen: projection, its 90 % interval, what was used, what it
/// came to.
[[nodiscard]] Plot to_plot(const ProjectionReport& report);

}  // namespace joulecast::report
