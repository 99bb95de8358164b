// Finds out whether a series repeats itself: the training's cycle (an epoch, or training and validation in
// turn) from power alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace joulecast::stability {

struct PeriodOptions {
  std::size_t shortest = 4;      ///< samples
  std::size_t least_cycles = 4;  ///< the series must hold this many
  double least_strength = 0.25;  ///< below: no period
};

struct Period {
  /// Samples, with fractions: taken from the last multiple at which there still is a peak.
  double length = 0;
  double strength = 0;  ///< 0..1: the lower of the autocorrelations after one and two periods
};

/// Steps: clip to four deviations around the median, so that one deep dip does not stand for many small ones;
/// take off a moving mean over a quarter of the series; autocorrelation normalised by the two overlapping
/// parts; of its peaks, by their height over the valley before them, the first that reaches 0.8 of the
/// highest. Nothing where the series is shorter than least_cycles of it, where no peak repeats at twice the
/// lag, or where noise of this length makes such peaks. Series of more than 16,384 samples are averaged down
/// to that: periods below 4 such blocks are not seen then.
[[nodiscard]] std::optional<Period> find_period(std::span<const double> series,
                                                const PeriodOptions& options = {});

/// `series` clipped to four deviations (by the median absolute one) around the median of `reference`.
[[nodiscard]] std::vector<double> clipped_to(std::span<const double> series,
                                             std::span<const double> reference);

}  // namespace joulecast::stability
