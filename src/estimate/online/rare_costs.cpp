#include "estimate/online/rare_costs.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

constexpr std::size_t fewest_units = 8;
constexpr std::size_t start_up = 3;    // units that cannot stand out yet
constexpr std::size_t neighbours = 4;  // on either side
constexpr std::size_t longest = 3;     // units in a row; more are a regime of their own
constexpr double stands_out = 0.3;     // a unit is dearer than its neighbours by this share,
constexpr double spreads = 6;          // and by so many spreads of the units about them
constexpr double notable = 0.01;       // share of the cost so far: less does not matter
constexpr double nearly_due = 0.1;     // one so close to the end, in periods, comes before it

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Median rate of the units around each, without itself.
std::vector<double> levels(std::span<const RareCosts::Unit> units) {
  std::vector<double> all;
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::vector<double> around;
    const auto begin = i < neighbours ? 0 : i - neighbours;
    for (auto j = begin; j < std::min(units.size(), i + neighbours + 1); ++j)
      if (j != i) around.push_back(units[j].rate);
    all.push_back(median(std::move(around)));
  }
  return all;
}

/// The ratio to its neighbours from which a unit stands out.
double least_ratio(std::span<const RareCosts::Unit> units, const std::vector<double>& level) {
  constexpr double normal = 1.4826;  // a normal standard deviation, in median absolute deviations
  std::vector<double> off;
  for (std::size_t i = start_up; i < units.size(); ++i)
    if (level[i] > 0) off.push_back(std::abs(units[i].rate / level[i] - 1));
  return 1 + std::max(stands_out, spreads * normal * median(std::move(off)));
}

}  // namespace

RareCosts::RareCosts(std::span<const Unit> units) {
  if (units.size() < fewest_units) return;
  done_ = units.back().begin + units.back().work;
  unit_ = done_ / static_cast<double>(units.size());
  find(units);
}

void RareCosts::find(std::span<const Unit> units) {
  const auto level = levels(units);
  const double least = least_ratio(units, level);
  double cost = 0, excess = 0;
  for (const auto& unit : units) cost += unit.rate * unit.work;
  for (std::size_t i = start_up; i < units.size(); ++i) {
    const auto first = i;
    double sum = 0;
    for (; i < units.size() && level[i] > 0 && units[i].rate > least * level[i]; ++i)
      sum += (units[i].rate - level[i]) * units[i].work;
    if (i == first || i - first > longest || i == units.size()) continue;
    if (units[i].rate > least * level[first]) continue;  // it stays there: the rate has changed
    places_.push_back(units[first].begin);
    excess += sum;
  }
  if (excess < notable * cost) places_.clear();
  if (!places_.empty()) each_ = excess / static_cast<double>(places_.size());
}

double RareCosts::next(double work) const {
  if (places_.empty() || !(work > 0)) return 0;
  const double since = done_ - places_.back();
  const double mean = places_.size() == 1
                          ? places_.front()
                          : (places_.back() - places_.front()) / static_cast<double>(places_.size() - 1);
  const double period = std::max({mean, since, unit_});
  const double slack = std::max(nearly_due * period, unit_);
  return each_ * (std::floor((since + work + slack) / period) - std::floor(since / period));
}

}  // namespace joulecast::estimate
