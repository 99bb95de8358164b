// When a run's power is stable, in seconds and epochs, and how well its energy could be projected from there.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "stability/detector.hpp"
#include "stability/power_epochs.hpp"
#include "trace/run.hpp"

namespace joulecast::stability {

/// The run's total power as the detectors see it: within the run's span, seconds from its begin.
struct PowerSignal {
  std::vector<double> times;
  std::vector<double> watts;
  Seconds step{0};  ///< median distance of the times
};

/// The readings themselves where the total is one gauge. A sum of channels, and anything read more often than
/// twice a second, becomes means over even steps, as long as those of the slowest channel and at least 1 s.
/// unavailable where the run has no power; malformed where it has fewer than two readings within its span.
[[nodiscard]] Result<PowerSignal> power_signal(const trace::Run& run);

struct Stabilisation {
  std::string method;
  std::optional<Seconds> stable_from;  ///< from the run's begin; 0 where no change stands out
  std::optional<int> stable_epoch;     ///< index of the epoch that contains it
  bool found = false;                  ///< a change was found
  bool censored = false;               ///< see StablePoint
  std::string reason;                  ///< why the method found no point
};

enum class EpochSource { none, recorded, power };

struct RunStability {
  PowerSignal signal;
  std::vector<Stabilisation> points;  ///< one per method, in the requested order
  EpochSource epoch_source = EpochSource::none;
  std::vector<trace::Span> epochs;  ///< from the run's begin
  /// Cycles found in the power, in samples of the signal; nothing if it has no period.
  std::optional<PowerEpochs> cycles;
};

[[nodiscard]] Result<RunStability> stability_of(const trace::Run& run,
                                                std::span<const StabilityDetector* const> methods,
                                                const DetectorOptions& options = {});

struct StabilityProjection {
  double error = 0;     ///< |projected - measured| / measured
  double observed = 0;  ///< share of the energy that had been seen
};

/// Online estimation by epoch energy (del Rey et al., arXiv 2307.05520): the energy up to the first epoch
/// that begins at or after `stable_from`, plus the mean energy per work of the next `window` epochs times the
/// work that is left, against what was measured. Where epochs are not recorded, total_work equal parts of the
/// run stand for them. Nothing where no epoch begins after it, or neither epochs nor total_work are known.
[[nodiscard]] std::optional<StabilityProjection> project_from(const trace::Run& run, Seconds stable_from,
                                                              int window = 5);

}  // namespace joulecast::stability
