// Finds when further training stopped paying off: energy against quality, epoch by epoch.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace joulecast::tradeoff {

/// One improvement over the best quality so far.
struct Improvement {
  std::size_t epoch = 0;  ///< counts from 1
  double energy = 0;      ///< total energy until the end of that epoch
  double quality = 0;
  /// Energy since the previous improvement per 0.01 of quality. The first one counts from quality 0.
  double energy_per_point = 0;
};

struct CurveReading {
  std::vector<Improvement> improvements;
  std::size_t best_epoch = 0;  ///< first epoch with the best quality
  double best_quality = 0;
  std::size_t enough_epoch = 0;  ///< first epoch within the tolerance of the best
  double energy_to_enough = 0;
  double energy_total = 0;
  double share_after_enough = 0;  ///< share of the energy that was spent after enough_epoch
};

/// quality[i] is the quality after epoch i, and the energy is the total until then. Both must have the same
/// length, at least one, and energies must not fall. `tolerance` is in the quality's own unit (0.01 = one
/// point).
[[nodiscard]] Result<CurveReading> read_curve(std::span<const double> quality,
                                              std::span<const double> cumulative_energy, double tolerance);

}  // namespace joulecast::tradeoff
