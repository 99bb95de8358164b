#include "tradeoff/full_cycle.hpp"

#include <cmath>

namespace joulecast::tradeoff {

std::optional<double> LifeCost::training_share(double uses) const {
  const double whole = after(uses);
  if (!(whole > 0)) return std::nullopt;
  return training / whole;
}

std::optional<double> break_even(LifeCost a, LifeCost b) {
  const double uses = (b.training - a.training) / (a.per_use - b.per_use);
  if (!std::isfinite(uses) || uses < 0) return std::nullopt;
  return uses;
}

std::optional<double> quality_per_log_energy(double quality, double kilowatt_hours, double alpha) {
  // Within 5 % of 1 kWh the denominator is below 0.02 and the index is dominated by noise.
  if (!(kilowatt_hours > 1.05) || !(quality >= 0)) return std::nullopt;
  return std::pow(quality, alpha) / std::log10(kilowatt_hours);
}

}  // namespace joulecast::tradeoff
