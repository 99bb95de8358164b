#include "estimate/online/rare_costs.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

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
constexpr std::size_t recurring = 3;   // so many are expected to go on,
constexpr double stays_away = 2;       // unless none has come for so many periods
constexpr double regular = 0.1;        // distances whose scatter is less are the same
constexpr double first_place = 0.5;    // standard deviation of where the next comes, in periods
constexpr double alike = 2;            // the largest ratio of two costs of one kind

/// The value above this share of the others.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// The lower quartile of the units around each, without itself: every second one may stand out.
std::vector<double> levels(std::span<const RareCosts::Unit> units) {
  std::vector<double> all;
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::vector<double> around;
    const auto begin = i < neighbours ? 0 : i - neighbours;
    for (auto j = begin; j < std::min(units.size(), i + neighbours + 1); ++j)
      if (j != i) around.push_back(units[j].rate);
    all.push_back(quantile(std::move(around), 0.25));
  }
  return all;
}

/// The ratio to its neighbours from which a unit stands out.
double least_ratio(std::span<const RareCosts::Unit> units, const std::vector<double>& level) {
  constexpr double normal = 1.4826;  // a normal standard deviation, in median absolute deviations
  std::vector<double> off;
  for (std::size_t i = start_up; i < units.size(); ++i)
    if (level[i] > 0) off.push_back(std::abs(units[i].rate / level[i] - 1));
  return 1 + std::max(stands_out, spreads * normal * quantile(std::move(off), 0.5));
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
  double cost = 0;
  for (const auto& unit : units) cost += unit.rate * unit.work;
  std::vector<Found> early, later;
  std::optional<Found> last;
  for (std::size_t i = 1; i < units.size(); ++i) {
    const auto first = i;
    double excess = 0;
    for (; i < units.size() && level[i] > 0 && units[i].rate > least * level[i]; ++i)
      excess += (units[i].rate - level[i]) * units[i].work;
    if (i == first || i - first > longest) continue;
    if (i == units.size()) last = {units[first].begin, excess};
    if (i == units.size()) break;
    // As dear before or after it: the rate has changed.
    if (std::max(units[first - 1].rate, units[i].rate) > least * level[first]) continue;
    (first < start_up ? early : later).push_back({units[first].begin, excess});
  }
  keep(early, later, cost);
  if (places_.size() + 1 >= recurring && last && is_alike(last->excess)) places_.push_back(last->place);
  begin_cycles_ = alike * (units[0].rate - level[0]) * units[0].work >= each_;
}

bool RareCosts::is_alike(double excess) const {
  return excess < alike * each_ && each_ < alike * excess;
}

void RareCosts::keep(const std::vector<Found>& early, const std::vector<Found>& later, double cost) {
  double excess = 0;
  for (const auto& found : later) excess += found.excess;
  if (later.empty() || excess < notable * cost) return;
  each_ = excess / static_cast<double>(later.size());
  if (later.size() + 1 >= recurring)
    for (const auto& found : early)
      if (is_alike(found.excess)) places_.push_back(found.place);
  for (const auto& found : later) places_.push_back(found.place);
}

double RareCosts::relative_scatter() const {
  const double mean = mean_distance();
  double squares = 0;
  for (std::size_t i = 1; i < places_.size(); ++i)
    squares += std::pow(places_[i] - places_[i - 1] - mean, 2) / static_cast<double>(places_.size() - 1);
  return std::sqrt(squares) / mean;
}

bool RareCosts::recur() const {
  return places_.size() >= recurring && done_ - places_.back() - unit_ <= stays_away * mean_distance();
}

double RareCosts::mean_distance() const {
  if (places_.size() < 2) return places_.empty() ? 0 : places_.front();
  return (places_.back() - places_.front()) / static_cast<double>(places_.size() - 1);
}

RareCosts::Next RareCosts::next(double work) const {
  if (places_.empty() || !(work > 0)) return {};
  const double since = done_ - places_.back();
  const double mean = mean_distance();
  const double period = std::max({mean, since, unit_});
  const bool recurs = recur();
  const double scatter = recurs ? relative_scatter() : 0;
  const bool known = recurs && scatter <= regular;
  // A place is the beginning of the unit. One more may follow the last unit, unless they begin cycles.
  const double slack = known && begin_cycles_ ? -unit_ / 2 : std::max(nearly_due * period, unit_);
  const auto due_by = [&](double place) { return std::max(0.0, std::floor(place / period)); };
  double count = due_by(since + work + slack) - due_by(since + std::min(0.0, slack));
  if (!recurs) return {each_ * count, 0};
  if (scatter > regular) count = work / mean;
  // The mean distance is uncertain, each distance differs, and so does the place of the first.
  const auto distances = static_cast<double>(places_.size() - 1);
  const double sd = std::hypot(scatter * std::sqrt(count * (1 + count / distances)), first_place);
  return {each_ * count, each_ * sd};
}

}  // namespace joulecast::estimate
