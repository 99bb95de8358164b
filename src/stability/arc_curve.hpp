// FLUSS: where few nearest-neighbour arcs cross, one regime ends and another begins.
// Gharghabi et al., "Matrix Profile VIII: Domain Agnostic Online Semantic Segmentation", ICDM 2017.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::stability {

/// Arcs that cross position t if the k neighbours were uniformly random: 2 (t+1) (k-1-t) / k.
[[nodiscard]] double ideal_arcs(std::size_t t, std::size_t k);

/// The same for neighbours that lie to the right only: (k-1-t) (H_{k-1} - H_{k-2-t}), H the harmonic numbers;
/// its peak is near t = k (1 - 1/e). One value for each t = 0 … k-1.
[[nodiscard]] std::vector<double> ideal_right_arcs(std::size_t k);

/// For every position t, how many arcs i -> neighbour[i] reach over it: those with min(i, I_i) <= t < max(i,
/// I_i). A negative neighbour is no arc.
[[nodiscard]] std::vector<double> arc_counts(std::span<const std::int64_t> neighbours);

/// min(counts / ideal, 1) with an ideal of 0 taken as 1e-10, and 1 on the first and last `edge` positions.
[[nodiscard]] std::vector<double> correct_arcs(std::span<const double> counts, std::span<const double> ideal,
                                               std::size_t edge);

/// FLUSS's corrected arc curve of a matrix profile's indices; edge = window x exclusion factor.
[[nodiscard]] std::vector<double> corrected_arc_curve(std::span<const std::int64_t> neighbours,
                                                      std::size_t edge);

struct RegimeChange {
  std::size_t position = 0;  ///< of the window that begins the new regime
  double arcs = 1;           ///< the corrected arc curve there
  /// The minimum is the first or last position between the edges: the curve was still falling there, so the
  /// true change lies at this position or further out.
  bool censored = false;
};

/// The regimes - 1 deepest minima, each at least `edge` from the others, deepest first; fewer where the curve
/// has no further value below 1. The first of equal minima is taken.
[[nodiscard]] std::vector<RegimeChange> regime_changes(std::span<const double> corrected, std::size_t regimes,
                                                       std::size_t edge);

}  // namespace joulecast::stability
