// Energy of a model's whole life: training once and using it many times (Li et al. 2021).
#pragma once

#include <optional>

namespace joulecast::tradeoff {

struct LifeCost {
  double training = 0;
  double per_use = 0;  ///< energy of one inference, in the same unit as training
  [[nodiscard]] double after(double uses) const { return training + uses * per_use; }
  /// Training's share of the total; nothing if the total is 0.
  [[nodiscard]] std::optional<double> training_share(double uses) const;
};

/// The number of uses at which both have cost the same; nothing if one of them is always cheaper.
[[nodiscard]] std::optional<double> break_even(LifeCost a, LifeCost b);

/// Accuracy-per-energy index quality^alpha / log10(kWh). Only defined above 1 kWh, where the logarithm is
/// positive: at 1 kWh the index is singular, and below it changes sign. Serves comparison with the literature
/// and must not be used for ranking.
[[nodiscard]] std::optional<double> quality_per_log_energy(double quality, double kilowatt_hours,
                                                           double alpha = 5);

}  // namespace joulecast::tradeoff
