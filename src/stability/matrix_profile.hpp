// The matrix profile of a series: for every window, its nearest other window by z-normalised Euclidean
// distance.
//
// Distances: d(a, b)^2 = 2 m (1 - correlation(a, b)); two constant windows are 0 apart, a constant one and
// another sqrt(m). With a noise deviation s > 0, d^2 is lowered by (2m + 2) s^2 / max(deviation_a,
// deviation_b)^2, not below 0 (De Paepe et al., "Eliminating noise in the matrix profile", 2019), so that
// flat stretches are not matched by chance. Among equally near windows the nearest in time is taken, the
// earlier one of two.
//
// Cost O(n^2) time and O(n) memory; the AVX-512, AVX2 or portable kernel is chosen at run time. The profile
// does not depend on the number of threads. Covariances are updated along the diagonals, and computed anew
// where rounding could change a correlation by 1e-9. The distance of every pair that was found is computed
// from the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::stability {

enum class InstructionSet { automatic, portable, avx2, avx512 };
/// Can this machine run it? automatic and portable: always.
[[nodiscard]] bool supported(InstructionSet set);
/// The one that automatic stands for here.
[[nodiscard]] InstructionSet best_instruction_set();

struct MatrixProfileOptions {
  std::size_t window = 10;
  /// Windows as near as this in time are no neighbours; default ceil(window / 4)
  std::optional<std::size_t> exclusion;
  double noise_deviation = 0;  ///< in the series' unit
  unsigned threads = 1;        ///< 0 = one a processor
  InstructionSet instructions = InstructionSet::automatic;
};

constexpr std::int64_t no_neighbour = -1;

/// One entry a window, k = n - window + 1 of them. Distance infinite and index no_neighbour where there is
/// none.
struct MatrixProfile {
  std::size_t window = 0;
  std::vector<double> distance;
  std::vector<std::int64_t> index;
  std::vector<double> left_distance;  ///< to earlier windows only
  std::vector<std::int64_t> left_index;
  std::vector<double> right_distance;  ///< to later windows only
  std::vector<std::int64_t> right_index;
};

/// invalid where the window is below 3, the series shorter than two windows, a value not finite, or the
/// instruction set not supported.
[[nodiscard]] Result<MatrixProfile> matrix_profile(std::span<const double> series,
                                                   const MatrixProfileOptions& options);

}  // namespace joulecast::stability
