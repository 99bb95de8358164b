// Turns a recorded run into the sequence of units that an online method would have seen, and into the input
// of a RunProjector.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "estimate/online/method.hpp"
#include "estimate/online/run_projector.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

struct Replay {
  std::vector<WorkUnit> units;
  /// The same units, with their times and the energy used before each of them, in one or several movements.
  std::vector<Movement> movements;
  std::vector<std::size_t> unit_of;  ///< of each movement
  double total_work = 0;
  bool bounds_recorded = true;  ///< false if the run was divided evenly into total_work units
  /// The run told how its work moved within units. If not, movements within a unit are at constant speed.
  bool progress_recorded = false;
  /// See counts_steps() in projector.hpp; nothing where the run told nothing about the inside of units.
  std::optional<bool> counts_steps;

  /// Work of the first epoch, which a training mostly tells before the epoch ends; nothing if the units are
  /// no recorded epochs.
  [[nodiscard]] std::optional<double> epoch_work() const;
  [[nodiscard]] double work() const;       ///< work done by all units
  [[nodiscard]] Joules energy() const;     ///< energy measured in all units
  [[nodiscard]] Seconds duration() const;  ///< duration of all units, without the time between them
  /// All of the work was done (within 1 %) and the energy of every unit was measured, so that a forecast can
  /// be scored against the run.
  [[nodiscard]] bool complete() const;

  /// What would have been known beforehand. Also holds the true duration and number of units, for the methods
  /// that must be told them.
  [[nodiscard]] Plan plan(const trace::RunInfo& info) const;
};

struct ReplayOptions {
  /// Replaces the run's own if epochs were recorded; an even division needs the run's own.
  std::optional<double> total_work{};
  /// Makes several movements of a unit within which power was measured but no progress, as if its work had
  /// moved at constant speed.
  bool divide_units = false;
  /// Units that begin before this time are divided into pieces of a second, however long the run is.
  Seconds seconds_until{0};
};

/// The energy of a unit is the energy of its time span, with gaps interpolated. Units are the run's epochs.
/// If it has none but recorded its progress, they are epochs or hundredths of the work by that progress. If
/// it has neither, and total_work counts epochs, the run is divided evenly. Progress that was recorded within
/// a unit makes several movements of it. Phases follow each other as one training. invalid, with the run's
/// id, if the total work is unknown or not positive, if epochs overlap or are out of order, or if a unit's
/// work is missing or not positive.
[[nodiscard]] Result<Replay> replay_of(const trace::Run& run, const ReplayOptions& options = {});

}  // namespace joulecast::estimate
