#include "estimate/online/work_rates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace joulecast::estimate {
namespace {

// Assumed relative scatter of what an epoch's end costs, and how far off the first one may be: it also warms
// up what only a validation uses.
constexpr double edge_scatter = 0.1;
constexpr double first_edge_scatter = 0.5;
// Epochs differ in ways that their insides do not show. Their spread is assumed until some were seen, with
// the weight of this many differences between neighbours.
constexpr double assumed_epoch_spread = 0.03;
constexpr double assumed_differences = 2;
// A change of the rate by less says little about what a training still has before it: drifts of clocks and
// temperature are as large.
constexpr double notable_change = 0.04;
constexpr double notable_evaluation = 0.02;  // share of an epoch's cost
// A trend has lasted all along if its slope is so many standard errors from zero, the later half of the units
// goes on at no less than this share of it, as after a start-up it does not, and a line describes the units
// better than a step between two levels does.
constexpr double trend_errors = 6;
constexpr double still_going = 0.5;
constexpr std::size_t trend_units = 5;
constexpr double least_of_trend = 0.1;  // a falling rate ends at this share of the present one
constexpr double almost = 0.05;         // an epoch this close to the end of the work is taken to end with it

/// A unit's place in the work, and its rate.
struct Place {
  double work = 0;
  double rate = 0;
};

/// A line through places, by least squares.
struct Line {
  double slope = 0;
  double error = 0;           ///< standard error of the slope
  double explained = 0;       ///< share of the variance
  double work = 0, rate = 0;  ///< the places' mean
};

Line line_through(std::span<const Place> places) {
  const auto n = static_cast<double>(places.size());
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (const auto& place : places) x += place.work / n, y += place.rate / n;
  for (const auto& place : places) {
    const double dx = place.work - x, dy = place.rate - y;
    xx += dx * dx, xy += dx * dy, yy += dy * dy;
  }
  if (!(xx > 0) || !(yy > 0)) return {};
  const double rest = std::max(0.0, yy - xy * xy / xx);
  return {xy / xx, std::sqrt(rest / std::max(1.0, n - 2) / xx), xy * xy / (xx * yy), x, y};
}

/// The share of the variance that the best step between two levels explains.
double explained_by_step(std::span<const Place> places) {
  const auto n = static_cast<double>(places.size());
  double sum = 0, squares = 0, before = 0, best = 0;
  for (const auto& place : places) sum += place.rate;
  for (const auto& place : places) squares += std::pow(place.rate - sum / n, 2);
  for (std::size_t i = 1; i < places.size(); ++i) {
    before += places[i - 1].rate - sum / n;
    const auto left = static_cast<double>(i);
    best = std::max(best, before * before * n / (left * (n - left)));
  }
  return squares > 0 ? best / squares : 0;
}

}  // namespace

WorkRates::WorkRates(const WorkDivision& division, BlockRate rate)
    : cycle_(division.cycle),
      edge_every_(division.edge_every),
      since_edge_(division.since_edge),
      first_epoch_(division.first_epoch),
      done_(division.work) {
  double units_work = 0;
  std::vector<RareCosts::Unit> units;
  for (const auto& [block, edge] : division.parts) {
    const auto cost = rate(block);
    if (cost && edge) {
      add_edge(block, *cost);
    } else if (cost) {
      done_before_.push_back(work_);
      tracker_.add({*cost, block.work});
      units.push_back({work_, block.work, *cost});
      follow_changes();
      units_work += block.work;
    }
    work_ += block.work;
  }
  if (tracker_.units() > 0) unit_work_ = units_work / tracker_.units();
  mean_excess_ = std::max(0.0, mean_excess_);
  rare_ = RareCosts(units);
  find_lasting_trend(units);
  if (edge_every_ > 0) compare_epochs(division, rate);
}

void WorkRates::find_lasting_trend(const std::vector<RareCosts::Unit>& units) {
  std::vector<Place> rates, logs;  // growth is found best in the logarithms, and goes on in the rates
  for (const auto& unit : units) {
    if (unit.rate <= 0) continue;
    rates.push_back({unit.begin + unit.work / 2, unit.rate});
    logs.push_back({rates.back().work, std::log(unit.rate)});
  }
  if (logs.size() < trend_units) return;
  const auto half = logs.size() / 2;
  const auto all = line_through(logs);
  const auto later = line_through(std::span(logs).subspan(half));
  const bool significant = std::abs(all.slope) > trend_errors * all.error;
  const auto goes_on = [&](std::span<const Place> part) {
    if (part.size() < trend_units) return true;
    const auto line = line_through(part);
    return line.slope / all.slope > 0 &&
           (std::abs(line.slope) + line.error) / std::abs(all.slope) >= still_going;
  };
  // Before a change for good, too: a step between two levels is no trend.
  const auto change = std::min(logs.size(), static_cast<std::size_t>(tracker_.regime_begin()));
  if (!significant || later.slope / all.slope < still_going ||
      !goes_on(std::span<const Place>(logs).first(change)) || all.explained < explained_by_step(logs))
    return;
  const auto now = line_through(std::span(rates).subspan(half));
  trend_slope_ = now.slope;
  trend_rate_ = now.rate + now.slope * (work_ - now.work);
}

/// Mean rate of the next `work` if the trend goes on for as long as it has lasted.
double WorkRates::onward_rate(double work) const {
  const double reach = std::min(work, work_);
  const double after = work - reach;
  const double mean = trend_rate_ + trend_slope_ * reach * (reach / 2 + after) / work;
  return std::max(mean, least_of_trend * trend_rate_);
}

/// The tracker may take a change back, when the rate returns.
void WorkRates::follow_changes() {
  const auto count = static_cast<std::size_t>(tracker_.changes());
  while (changes_.size() > count) changes_.pop_back();
  if (changes_.size() < count)
    changes_.push_back(
        {tracker_.last_change(), done_before_[static_cast<std::size_t>(tracker_.regime_begin())]});
}

WorkRates::Settled WorkRates::settled_after(double start_up_work) const {
  Settled settled{false, false, work_};
  for (const auto& [size, before] : changes_)
    if (std::abs(size) >= notable_change && before >= std::max(start_up_work, first_epoch_))
      settled = {size > 0, size < 0, work_ - before};
  return settled;
}

void WorkRates::compare_epochs(const WorkDivision& division, BlockRate rate) {
  std::vector<double> differences;
  std::optional<double> last;
  for (const auto& epoch : division.epochs) {
    const auto cost = rate(epoch);
    if (!cost || *cost <= 0) continue;
    if (last) differences.push_back(std::pow(std::log(*cost / *last), 2));
    last = cost;
    ++whole_epochs_;
  }
  // The first epoch differs by its start-up, of which the second may still have half. The largest difference
  // may be a change of the regime.
  if (!differences.empty()) differences.front() /= 4;
  if (differences.size() > 2) differences.erase(std::ranges::max_element(differences));
  const double squares = std::accumulate(differences.begin(), differences.end(), 0.0) / 2;
  epoch_spread_ = std::sqrt((assumed_differences * assumed_epoch_spread * assumed_epoch_spread + squares) /
                            (assumed_differences + static_cast<double>(differences.size())));
}

void WorkRates::add_edge(const WorkBlock& block, double rate) {
  if (tracker_.units_in_regime() < 2 || block.epoch_ends == 0) return;
  const double excess = (rate - tracker_.long_run_rate()) * block.work / block.epoch_ends;
  if (edges_++ == 0) {
    first_excess_ = mean_excess_ = excess;
    return;
  }
  if (edges_ == 2) mean_excess_ = 0;
  const double off = excess - mean_excess_;
  mean_excess_ += off / (edges_ - 1);
  excess_squares_ += edges_ == 2 ? 0 : off * (excess - mean_excess_);
}

double WorkRates::ends_within(double work) const {
  if (edge_every_ <= 0) return 0;
  return std::floor((since_edge_ + work) / edge_every_ + almost);
}

std::optional<WorkRates::Cost> WorkRates::cost_of(double work) const {
  const auto outlook = tracker_.outlook(unit_work_ > 0 ? work / unit_work_ : 0);
  if (!outlook) return std::nullopt;
  // What has come between the units counts where the tracker does not expect it, and half if it may not come
  // again. So does a trend: the interval holds both.
  const double expected = outlook->rate * work;
  const double excursions = std::max(0.0, outlook->rate - outlook->ordinary) * work;
  const auto rare = rare_.next(work);
  const double unexpected = std::max(0.0, rare.cost - excursions);
  const double missing = rare.recurs ? unexpected : unexpected / 2;
  const double missing_sd = rare.recurs ? std::min(rare.sd, unexpected) : missing;
  const double onward = has_trend() && work > 0 ? (onward_rate(work) - outlook->ordinary) * work / 2 : 0;
  Cost cost{std::max(0.0, expected + missing + onward), 0, 0};
  if (cost.value > 0)
    cost.relative_sd = std::hypot(outlook->relative_sd * expected, missing_sd, onward) / cost.value;
  const double ends = ends_within(work);
  if (epoch_spread_ > 0)
    cost.unseen_sd = epoch_spread_ * std::sqrt(1.0 / std::max(1, whole_epochs_) + 1 / std::max(1.0, ends));
  if (edges_ == 0) return cost;
  const double others = edges_ - 1;
  const double assumed = (others == 0 ? first_edge_scatter : edge_scatter) * mean_excess_;
  const double variance = (assumed * assumed + excess_squares_) / std::max(1.0, others);
  // The mean is uncertain, and so is each of the ends to come.
  const double sd = std::sqrt(variance * ends * (1 + ends / std::max(1.0, others)));
  const double rest = cost.value * cost.relative_sd;
  cost.value = std::max(0.0, cost.value + mean_excess_ * ends);
  cost.relative_sd = cost.value > 0 ? std::hypot(rest, sd) / cost.value : 0;
  return cost;
}

bool WorkRates::saw_evaluation() const {
  return edges_ > 0 && mean_excess_ >= notable_evaluation * cycle_cost();
}

double WorkRates::cycle_cost() const {
  return std::max(0.0, tracker_.long_run_rate() * cycle_ + (edges_ > 0 ? mean_excess_ : 0));
}

}  // namespace joulecast::estimate
