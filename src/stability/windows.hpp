// What the matrix profile needs of every window of a series, computed so that a large offset or a plateau
// costs no precision.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::stability {

/// Statistics of the k = n - m + 1 windows of m samples. Everything is made from differences within a window,
/// so a large common offset cancels exactly; the series is scaled by a power of two, which changes no bit of
/// a mantissa.
///
/// Covariances along a diagonal of the distance matrix follow
///   cov(i, j) = cov(i-1, j-1) + df_i dg_j + df_j dg_i,
///   df_i = (x[i+m-1] - x[i-1]) / 2,   dg_i = (x[i+m-1] - mean_i) + (x[i-1] - mean_{i-1})
/// (the mean-centred recurrence used by SCAMP, Zimmerman et al. 2019, and mpx).
///
/// The arrays have `padding` more elements than windows, those of the series continued by its last value, so
/// that the recurrence may run beyond the end; inverse_norm is NaN there, so that no comparison with a
/// correlation there is true.
struct Windows {
  static constexpr std::size_t padding = 192;  ///< at least the widest band of diagonals

  std::size_t count = 0;        ///< k
  std::size_t length = 0;       ///< m
  double scale = 1;             ///< samples = scale x series
  std::vector<double> samples;  ///< the series, scaled; n + padding
  std::vector<double> offset;   ///< mean of the window less its first sample
  std::vector<double> df;       ///< 0 for window 0
  std::vector<double> dg;       ///< 0 for window 0
  std::vector<double> norm;     ///< square root of the sum of squared deviations; 0 for a constant window
  std::vector<double> inverse_norm;  ///< 1 / norm; 0 for a constant window

  [[nodiscard]] bool constant(std::size_t i) const { return norm[i] == 0; }
};

/// invalid where m < 3, the series is shorter than 2 m, or a value is not finite.
[[nodiscard]] Result<Windows> describe_windows(std::span<const double> series, std::size_t m);

/// Squared z-normalised distance of two windows, from their samples. Two constant windows: 0; exactly one: m.
[[nodiscard]] double squared_distance(const Windows& windows, std::size_t a, std::size_t b);

}  // namespace joulecast::stability
