// Training once, using often: the energy of a model's whole life (Li et al. 2021).
#pragma once

#include <optional>

namespace joulecast::tradeoff {

struct LifeCost {
  double training = 0;
  double per_use = 0;  ///< one inference; any energy unit, the same as training's
  [[nodiscard]] double after(double uses) const { return training + uses * per_use; }
  /// Share of training in the whole; nothing where the whole is 0.
  [[nodiscard]] std::optional<double> training_share(double uses) const;
};

/// The number of uses at which the two have cost the same; nothing where one is never dearer than the other.
[[nodiscard]] std::optional<double> break_even(LifeCost a, LifeCost b);

/// Guarded accuracy-per-energy index quality^alpha / log10(kWh): only defined above 1 kWh, where the
/// logarithm is positive (at 1 kWh it is singular and below it turns its sign). A figure for comparison with
/// the literature, never a ranking.
[[nodiscard]] std::optional<double> quality_per_log_energy(double quality, double kilowatt_hours,
                                                           double alpha = 5);

}  // namespace joulecast::tradeoff
