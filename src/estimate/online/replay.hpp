// A recorded run as the sequence of units that an online method would have seen, and as the feed of a
// RunProjector.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "estimate/online/method.hpp"
#include "estimate/online/run_projector.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

struct Replay {
  std::vector<WorkUnit> units;
  std::vector<Movement> movements;  ///< the same units, with when they were and what was used before them
  double total_work = 0;
  bool bounds_recorded = true;  ///< false: the run's span was divided evenly into total_work units

  [[nodiscard]] double work() const;       ///< done by all units
  [[nodiscard]] Joules energy() const;     ///< measured in all units
  [[nodiscard]] Seconds duration() const;  ///< of all units, without the time between them
  /// All of the work was done (within 1 %) and every unit's energy measured: the run can be scored against.
  [[nodiscard]] bool complete() const;

  /// What would have been known beforehand; the true duration and number of units for the methods that need
  /// them.
  [[nodiscard]] Plan plan(const trace::RunInfo& info) const;
};

/// Energy of a unit is that of its span, with gaps interpolated. Where epoch bounds were not recorded and
/// total_work counts epochs, the span of the run is divided evenly. `total_work` stands in for the run's own
/// where epochs were recorded; an even division needs the run's. invalid, with the run's id, where the total
/// work is unknown or not positive, epochs overlap or are out of order, or a unit's work is missing or not
/// positive.
[[nodiscard]] Result<Replay> replay_of(const trace::Run& run, std::optional<double> total_work = {});

}  // namespace joulecast::estimate
