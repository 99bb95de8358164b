#include "estimate/online/work_rates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace joulecast::estimate {
namespace {

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
constexpr double alike = 0.5;           // the first beginning has at least this share of the others' cost

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
      awaits_end_(division.awaits_end),
      first_epoch_(division.first_epoch),
      done_(division.work) {
  double units_work = 0;
  std::vector<RareCosts::Unit> units;
  for (const auto& [block, place] : division.parts) {
    const auto cost = rate(block);
    if (cost && place != WorkDivision::Place::inside) {
      add_edge(place == WorkDivision::Place::epoch_begin ? begins_ : ends_, block, *cost);
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
  learn_first_begin(division.first_block, rate);
  const auto open = division.open.work > 0 ? rate(division.open) : std::nullopt;
  if (open) open_excess_ = (*open - tracker_.long_run_rate()) * division.open.work;
  rare_ = RareCosts(units);
  find_lasting_trend(units);
  if (!division.epochs.empty()) compare_epochs(division, rate);
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

double WorkRates::work_in_regime() const {
  if (done_before_.empty()) return 0;
  return work_ - done_before_[static_cast<std::size_t>(tracker_.regime_begin())];
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

void WorkRates::add_edge(EdgeCosts& edges, const WorkBlock& block, double rate) const {
  if (tracker_.units() < 2) return;
  edges.add((rate - tracker_.long_run_rate()) * block.work);
}

void WorkRates::learn_first_begin(const WorkBlock& block, BlockRate rate) {
  const auto cost = block.work > 0 ? rate(block) : std::nullopt;
  if (cost && tracker_.units() >= 2)
    first_begin_ = std::max(0.0, *cost - tracker_.long_run_rate()) * block.work;
}

double WorkRates::ends_within(double work) const {
  if (edge_every_ <= 0) return 0;
  return std::floor((since_edge_ + work) / edge_every_ + almost) + (awaits_end_ ? 1 : 0);
}

/// Of epochs that have not begun yet.
double WorkRates::begins_within(double work) const {
  if (edge_every_ <= 0) return 0;
  const double all = std::ceil((since_edge_ + work) / edge_every_ - almost);
  return std::max(0.0, since_edge_ > 0 ? all - 1 : all);
}

/// What comes between two epochs, and came before the first one too, comes before each. What did not belongs
/// to the end of each, also of the last.
void WorkRates::add_edges_to(Cost& cost, double work) const {
  const bool before_first = begins_.seen() == 0 || first_begin_ >= alike * begins_.mean();
  const double ends = ends_within(work);
  const double begins = begins_within(work) + (before_first || ends == 0 ? 0 : 1);
  const double rest = cost.value * cost.relative_sd;
  cost.value = std::max(0.0, cost.value + std::max(0.0, ends_.mean() * ends + begins_.mean() * begins));
  const double sd = std::hypot(ends_.sd_of_next(ends), begins_.sd_of_next(begins));
  cost.relative_sd = cost.value > 0 ? std::hypot(rest, sd) / cost.value : 0;
  if (begins_.seen() == 0) cost.may_recur = first_begin_ * begins;
}

std::optional<WorkRates::Cost> WorkRates::cost_of(double work) const {
  // The edges of epochs are no units, so that a unit of work holds fewer units than their size says.
  const double inside = work_ > 0 ? unit_work_ * tracker_.units() / work_ : 0;
  const double after_units = work > 0 ? work + std::max(0.0, done_ - work_) : 0;  // with the unit under way
  const auto outlook = tracker_.outlook(unit_work_ > 0 ? inside * after_units / unit_work_ : 0,
                                        !rare_.begin_cycles() && edge_every_ == 0);
  if (!outlook) return std::nullopt;
  // What has come between the units counts where the tracker does not expect it, and half if it may not come
  // again. So does a trend: the interval holds both.
  const double beyond = (outlook->rate - outlook->ordinary) * inside * after_units;
  const double expected = outlook->ordinary * work + beyond;
  const double excursions = std::max(0.0, beyond);
  const auto rare = rare_.next(after_units);
  const double unexpected = std::max(0.0, rare.cost - excursions);
  const double missing = rare_.recur() ? unexpected : unexpected / 2;
  const double missing_sd = rare_.recur() ? std::min(rare.sd, unexpected) : missing;
  const double onward = has_trend() && work > 0 ? (onward_rate(work) - outlook->ordinary) * work / 2 : 0;
  Cost cost{std::max(0.0, expected + missing + onward)};
  if (cost.value > 0)
    cost.relative_sd = std::hypot(outlook->relative_sd * expected, missing_sd, onward) / cost.value;
  if (epoch_spread_ > 0)
    cost.unseen_sd =
        epoch_spread_ * std::sqrt(1.0 / std::max(1, whole_epochs_) + 1 / std::max(1.0, ends_within(work)));
  add_edges_to(cost, work);
  return cost;
}

bool WorkRates::saw_evaluation() const {
  return ends_.seen() > 0 && ends_.mean() + begins_.mean() >= notable_evaluation * cycle_cost();
}

double WorkRates::cycle_cost() const {
  const double cycle = tracker_.long_run_rate() * cycle_ + ends_.mean() + begins_.mean();
  return std::max({0.0, cycle, rare_.recur() ? rare_.each() : 0});
}

}  // namespace joulecast::estimate
