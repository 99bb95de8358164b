// When did training stop paying? Energy against quality, epoch by epoch.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::tradeoff {

/// One improvement of the best quality so far.
struct Improvement {
  std::size_t epoch = 0;  ///< counts from 1
  double energy = 0;      ///< used up to the end of that epoch
  double quality = 0;
  /// Since the improvement before, for each 0.01 of quality; the first counts from quality 0
  double energy_per_point = 0;
};

struct CurveReading {
  std::vector<Improvement> improvements;
  std::size_t best_epoch = 0;  ///< where the best quality was reached first
  double best_quality = 0;
  std::size_t enough_epoch = 0;  ///< first epoch within the tolerance of the best
  double energy_to_enough = 0;
  double energy_total = 0;
  double share_after_enough = 0;  ///< of the energy: what the last points cost
};

/// quality[i] and the energy used up to the end of epoch i, one length, at least one; energies must not fall.
/// `tolerance` in the quality's own unit (0.01 = one point).
[[nodiscard]] Result<CurveReading> read_curve(std::span<const double> quality,
                                              std::span<const double> cumulative_energy, double tolerance);

}  // namespace joulecast::tradeoff
