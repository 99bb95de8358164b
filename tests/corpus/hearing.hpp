// Plays a recorded log to the recogniser and the engine's Training, on a machine that draws 100 W, and keeps
// what they make of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/training.hpp"
#include "trace/run.hpp"

namespace joulecast::corpus {

struct Hearing {
  trace::Run run;  ///< phases, epochs, progress, metrics, projections
  bool at_once = false;
  /// Share of the run's time at which the first projection was there.
  std::optional<double> first_projection;
  /// … and at which a limit could first have acted on it.
  std::optional<double> first_actionable;
  /// Why the last forecast was not relied on.
  trace::ForecastDoubt doubt = trace::ForecastDoubt::none;
  Seconds duration{0};
};

/// `folder` is one of tests/fixtures/logs, `log` a file in it. The program ends a moment after its last
/// output.
[[nodiscard]] Hearing hear(const std::string& folder, const std::string& log);

}  // namespace joulecast::corpus
