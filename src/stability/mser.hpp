// MSER: drops leading batches until the standard error of the mean of the rest is smallest.
// White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 1997;
// batches of five: White, Cobb and Spratt, "A comparison of five steady-state truncation heuristics for
// simulation", WSC 2000.
#pragma once

#include <span>
#include <vector>

#include "stability/detector.hpp"

namespace joulecast::stability {

/// Batches of `length` samples (not necessarily a whole number), laid from the end backwards. The answer is
/// sought in the first half; a minimum at its end is censored. Needs length >= 1 and four batches.
[[nodiscard]] StablePoint truncation_point(std::span<const double> power, double length);

/// Means of batches of `length` samples laid from the end backwards, so that the last one is whole.
struct Batches {
  std::vector<double> means;
  double first = 0;  ///< samples before the first batch
  double length = 0;
  /// First sample of a batch (of the end, for the number of batches).
  [[nodiscard]] std::size_t border(std::size_t batch) const;
};
[[nodiscard]] Batches batches_of(std::span<const double> power, double length);

/// MSER's rule with only the given changes (rising) and the start as candidates, in the first three quarters:
/// so that nothing is dropped by chance alone. Where a candidate in the last quarter is better, the answer is
/// censored.
[[nodiscard]] StablePoint steadiest_rest(std::span<const double> series,
                                         std::span<const std::size_t> changes);

}  // namespace joulecast::stability
