#include "tradeoff/reach.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace joulecast::tradeoff {
namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double never = std::numeric_limits<double>::infinity();
constexpr double joules_per_kilowatt_hour = 3.6e6;
constexpr double least_kilowatt_hours = 10;  // below, log10 falls under 1 and the index explodes
}  // namespace

std::optional<std::size_t> first_reaching(std::span<const double> quality, double target,
                                          bool lower_is_better) {
  for (std::size_t i = 0; i < quality.size(); ++i)
    if (lower_is_better ? quality[i] <= target : quality[i] >= target) return i;
  return std::nullopt;
}

TypicalCost typical_cost(std::span<const double> spent, std::size_t missed) {
  std::vector<double> sorted;
  for (const double value : spent)
    if (std::isfinite(value)) sorted.push_back(value);
  if (sorted.empty()) return {std::nullopt, {nan, nan}, {nan, nan}};
  std::sort(sorted.begin(), sorted.end());
  const stats::Range range{sorted.front(), sorted.back()};
  sorted.insert(sorted.end(), missed, never);
  TypicalCost cost{std::nullopt, stats::median_interval_sorted(sorted, 0.95), range};
  // Between the two in the middle, of which the upper must be finite.
  const double upper = sorted[sorted.size() / 2];
  if (std::isfinite(upper)) cost.median = std::midpoint(sorted[(sorted.size() - 1) / 2], upper);
  if (!std::isfinite(cost.interval.low)) cost.interval.low = nan;
  if (!std::isfinite(cost.interval.high)) cost.interval.high = nan;
  return cost;
}

std::optional<double> expected_cost(std::span<const double> spent_by_all, std::size_t reached) {
  if (reached == 0) return std::nullopt;
  const double all = stats::sum(spent_by_all);
  if (!std::isfinite(all)) return std::nullopt;
  return all / static_cast<double>(reached);
}

std::optional<double> sustainable_accuracy(double quality, double joules, double exponent) {
  const double hours = joules / joules_per_kilowatt_hour;
  if (!(hours >= least_kilowatt_hours) || !(quality >= 0)) return std::nullopt;
  return std::pow(quality, exponent) / std::log10(hours);
}

std::optional<double> guarded_index(double quality, double energy, double least_energy, double exponent) {
  if (!(least_energy > 0) || !(energy >= least_energy) || !(quality >= 0)) return std::nullopt;
  return std::pow(quality, exponent) / (1 + std::log10(energy / least_energy));
}

}  // namespace joulecast::tradeoff
