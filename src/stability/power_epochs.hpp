// Epochs from power alone, where nothing else marks them: the training's cycles, followed from one to the
// next.
//
// A training alternates between training and validation (and loading, and saving), so its power repeats with
// every epoch. The period is sought by find_period in the later two thirds. From a cycle there, the next and
// the one before are found where the power within a sixth of a period around the expected place correlates
// best with the mean of the cycles so far, so that a drifting period is followed and a disturbed cycle does
// not end the search. What lies before (a first phase with another rhythm: frozen layers, warm-up) is
// searched again on its own.
//
// A cycle need not be an epoch: gradient accumulation, logging or several evaluations in an epoch repeat as
// well. The confidence says how sure the cycles are, not that they are epochs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace joulecast::stability {

struct PowerEpoch {
  double begin = 0;  ///< samples
  double end = 0;
  /// 0..1: correlation with the mean cycle of its phase; 0 where it was filled in between cycles that were
  /// seen.
  double confidence = 0;
};

struct PowerEpochs {
  std::vector<PowerEpoch> epochs;  ///< without gaps, from the first sample to the last
  double period = 0;               ///< samples: of the phase that lasts to the end
  double strength = 0;             ///< its autocorrelation, see find_period
  double confidence = 0;  ///< share of the series in cycles that were seen, times their mean correlation
};

/// Nothing where there is no period, or fewer than three cycles in a row can be followed.
[[nodiscard]] std::optional<PowerEpochs> epochs_from_power(std::span<const double> power);

}  // namespace joulecast::stability
