#include "estimate/online/adaptive.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/online/methods.hpp"

namespace joulecast::estimate {
namespace {

// Half a 90 % interval of the normal distribution, in standard deviations.
constexpr double z90 = 1.6448536269514722;
// A forecast is ready below this half width of the 90 % interval if nothing changes, as a share of the
// total.
constexpr double tolerance = 0.02;
constexpr double early_tolerance = 0.05;  // where little was seen, what may come is most of the interval
constexpr int first_units = 5;            // the first regime is trusted after this many units
constexpr double first_share = 0.05;      // and this share of the work, which may be start-up;
constexpr int steady_units = 8;           // of a longer training, after as many units
constexpr double steady_steps = 100;      // that hold so many steps
constexpr Seconds steady_time{25};        // and last so long, as a meter takes a while to tell a level,
constexpr int later_units = 3;            // and a later regime after this many units
constexpr double start_units = 100;       // caches fill and kernels are tuned within so many steps,
constexpr double start_share = 0.25;      // or, in a short training, within this share of it
constexpr double well_shown = 1.25;       // of the work until the second epoch shows its level, if it differs
constexpr double report_steps = 10;       // a report stands for so many at most: it may count samples
constexpr double cycle_units = 110;       // an evaluation after a hundred steps has shown by then;
constexpr double cycle_share = 0.499;     // a short one may have evaluated nothing before
constexpr double longest_cycle = 0.2;     // of the work: an end phase has little to do with longer epochs
constexpr double much_more = 0.2;         // of the total: so much may come again, and the interval has room
constexpr double much_work = 0.499;       // once half of the work is done, two units that agree suffice,
                                          // if they are half of all

/// Combines a forecast and its interval with a prior on the log scale, each weighted by its precision
/// (normal-normal model).
Estimate<Joules> with_prior(Estimate<Joules> observed, const Prior& prior) {
  const double value = std::log(observed.value.value());
  const double below = value - std::log(observed.interval->low.value());
  const double above = std::log(observed.interval->high.value()) - value;
  const double sd = std::max((below + above) / (2 * z90), 1e-9);
  const double precision = 1 / (sd * sd);
  const double prior_sd = std::max(prior.relative_sd, 1e-9);
  const double prior_precision = 1 / (prior_sd * prior_sd);
  const double joined =
      (value * precision + std::log(prior.total.value()) * prior_precision) / (precision + prior_precision);
  const double narrower = std::sqrt(precision / (precision + prior_precision));
  return {Joules{std::exp(joined)}, Interval<Joules>{Joules{std::exp(joined - below * narrower)},
                                                     Joules{std::exp(joined + above * narrower)}}};
}

}  // namespace

Interval<double> Remainder::interval() const {
  if (value <= 0) return {0, end_phase_quantile(situation) * cycle_cost};
  const auto relative = error.interval();
  return {value * (1 + relative.low), value * (1 + relative.high)};
}

double Remainder::above(double amount) const {
  if (value <= 0) return cycle_cost > 0 ? end_phase_above(amount / cycle_cost, situation) : 0;
  const double relative = amount / value - 1;
  return relative >= 0 ? error.above(relative) : 1 - error.below(std::min(1.0, -relative));
}

Status Adaptive::observe(const WorkUnit& unit, bool epoch_end) {
  if (auto ok = check(unit); !ok) return ok;
  ++units_;
  done_ += unit.work;
  elapsed_ += unit.duration;
  if (unit.energy)
    measured_ += *unit.energy;
  else
    unmeasured_work_ += unit.work;
  history_.add({.work = unit.work,
                .duration = unit.duration,
                .measured_work = unit.energy ? unit.work : 0,
                .energy = unit.energy.value_or(Joules{0}),
                .epoch_ends = epoch_end ? 1 : 0});
  rates_.reset();
  return {};
}

void Adaptive::end_epoch(Seconds duration, std::optional<Joules> energy) {
  if (units_ == 0 || !(duration.value() >= 0) || duration.value() > largest_amount) return;
  elapsed_ += duration;
  if (energy) measured_ += *energy;
  history_.end_epoch(duration, energy);
  rates_.reset();
}

void Adaptive::set_total_work(double total_work) {
  total_work_ = total_work;
  rates_.reset();
}

void Adaptive::set_epoch_work(double epoch_work) {
  epoch_work_ = epoch_work;
  rates_.reset();
}

void Adaptive::set_counts_steps(bool counts_steps) {
  counts_steps_ = counts_steps;
}

void Adaptive::set_steps_per_work(double steps) {
  steps_per_work_ = std::isfinite(steps) ? std::max(0.0, steps) : 0;
}

void Adaptive::set_work_sd(double work_sd) {
  work_sd_ = std::isfinite(work_sd) ? std::max(0.0, work_sd) : 0;
}

double Adaptive::relative_work_sd() const {
  const double left = total_work_ ? *total_work_ - done_ : 0;
  return left > 0 ? work_sd_ / left : 0;
}

const Adaptive::Rates& Adaptive::rates() const {
  if (!rates_) {
    const auto division = divide(history_, total_work_.value_or(done_), epoch_work_);
    rates_ = {WorkRates(division, [](const WorkBlock& block) { return block.energy_rate(); }),
              WorkRates(division, [](const WorkBlock& block) { return std::optional(block.time_rate()); })};
  }
  return *rates_;
}

double Adaptive::share() const {
  return total_work_ && *total_work_ > 0 ? std::clamp(done_ / *total_work_, 0.0, 1.0) : 0;
}

Joules Adaptive::used() const {
  if (unmeasured_work_ == 0) return measured_;
  return measured_ + Joules{rates().energy.tracker().long_run_rate() * unmeasured_work_};
}

/// A report tells of one step at least.
double Adaptive::steps_seen() const {
  const double told = *counts_steps_ ? done_ : std::min(done_ * steps_per_work_, units_ * report_steps);
  return std::max<double>(units_, told);
}

bool Adaptive::saw_few_steps() const {
  return counts_steps_ && share() < start_share * (1 - 1e-9) && steps_seen() < start_units * (1 - 1e-9);
}

/// Of a training of hours or days, the first regime costs what it costs long before much of the work is done:
/// start-up is over, and many steps since then have cost the same.
bool Adaptive::saw_steady_steps() const {
  if (!counts_steps_) return false;
  const auto& tracker = rates().energy.tracker();
  if (tracker.units_in_regime() < steady_units) return false;
  const double work = rates().energy.work_in_regime();
  return steps_seen() * (work / done_) >= steady_steps &&
         Seconds{work * rates().time.tracker().long_run_rate()} >= steady_time;
}

bool Adaptive::saw_little() const {
  return counts_steps_ && share() < first_share;
}

bool Adaptive::may_be_start() const {
  return history_.epochs() == 0 && saw_few_steps();
}

bool Adaptive::may_be_cold(const WorkRates& rates) const {
  const double first = rates.first_epoch_work();
  return counts_steps_ && total_work_ && first < *total_work_ && done_ < well_shown * first &&
         share() < start_share * (1 - 1e-9);
}

bool Adaptive::in_first_of_epochs() const {
  if (!counts_steps_ || history_.epochs() > 1) return false;
  const double first = history_.epochs() > 0 ? history_.work_at_epoch_end() : epoch_work_;
  return first > 0 && done_ <= first && first < *total_work_ * (1 - 1e-9);
}

bool Adaptive::only_steps() const {
  return counts_steps_.value_or(false) && history_.epochs() == 0 && epoch_work_ == 0;
}

bool Adaptive::unseen_cycle(const WorkRates& rates) const {
  return only_steps() && !rates.saw_rare_cost();
}

std::optional<Remainder> Adaptive::next(const WorkRates& rates, double work) const {
  const auto cost = rates.cost_of(work);
  if (!cost) return std::nullopt;
  // The chance of further changes depends on the share done of the work up to the end of this forecast.
  const auto settled = rates.settled_after(first_share * (done_ + work));
  // After a fall, as at the end of a start-up, what was there before says nothing of what is to come.
  const double since = settled.fell ? settled.work : done_;
  double cycle_cost = rates.cycle_cost();
  if (counts_steps_)
    cycle_cost = std::min(cycle_cost, longest_cycle * (done_ + work) * rates.tracker().long_run_rate());
  const Situation now{.share = since / (since + work),
                      .relative_sd = std::hypot(cost->relative_sd, cost->unseen_sd, relative_work_sd()),
                      .changed = settled.changed,
                      .units = rates.tracker().units_in_regime(),
                      .jump = rates.tracker().jump_to_lone_unit(),
                      .cycle = cost->value > 0 ? cycle_cost / cost->value : 0,
                      .age = settled.work / (settled.work + work),
                      .first_epoch = rates.in_first_epoch() || may_be_cold(rates),
                      .unseen_cycle = unseen_cycle(rates),
                      .may_be_start = may_be_start() || (saw_little() && unseen_cycle(rates)),
                      .saw_little = saw_little(),
                      .may_recur = cost->value > 0 ? cost->may_recur / cost->value : 0,
                      .saw_epoch_end = rates.saw_epoch_end(),
                      .saw_evaluation = rates.saw_evaluation()};
  return Remainder{cost->value, now, ErrorModel(now), cycle_cost};
}

std::optional<Remainder> Adaptive::energy_for(double work) const {
  return next(rates().energy, work);
}
std::optional<Remainder> Adaptive::time_for(double work) const {
  return next(rates().time, work);
}

std::optional<Estimate<Joules>> Adaptive::total() const {
  if (!total_work_) return std::nullopt;
  const double work = std::max(0.0, *total_work_ - done_);
  const auto rest = energy_for(work);
  if (!rest) {
    if (!prior_ || units_ > 0) return std::nullopt;
    const double reach = std::exp(z90 * prior_->relative_sd);
    return Estimate<Joules>{prior_->total, Interval<Joules>{prior_->total / reach, prior_->total * reach}};
  }
  const auto left = rest->interval();
  Estimate<Joules> estimate{used() + Joules{rest->value},
                            Interval<Joules>{used() + Joules{left.low}, used() + Joules{left.high}}};
  if (prior_ && work > 0 && estimate.interval->low.value() > 0) return with_prior(estimate, *prior_);
  return estimate;
}

std::optional<Estimate<Seconds>> Adaptive::duration() const {
  if (!total_work_) return std::nullopt;
  const auto rest = time_for(std::max(0.0, *total_work_ - done_));
  if (!rest) return std::nullopt;
  const auto left = rest->interval();
  return Estimate<Seconds>{elapsed_ + Seconds{rest->value},
                           Interval<Seconds>{elapsed_ + Seconds{left.low}, elapsed_ + Seconds{left.high}}};
}

std::optional<double> Adaptive::probability_above(Joules limit) const {
  if (!total_work_ || units_ == 0) return std::nullopt;
  const auto rest = energy_for(std::max(0.0, *total_work_ - done_));
  if (!rest) return std::nullopt;
  const double room = (limit - used()).value();
  return room < 0 ? 1 : rest->above(room);
}

bool Adaptive::ready() const {
  if (!total_work_) return false;
  const auto& regime = rates().energy.tracker();
  if (regime.units() == 0 || regime.doubtful()) return false;
  const double work = std::max(0.0, *total_work_ - done_);
  if (work == 0) return units_ > 1;  // a single report at the end came after everything
  // A first epoch of so few steps may be no more than a start.
  if (saw_few_steps() && (history_.epochs() == 0 || may_be_cold(rates().energy))) return false;
  const int units = regime.units_in_regime();
  const bool enough = rates().energy.settled_after(first_share * *total_work_).changed
                          ? units >= later_units
                          : units >= first_units && (share() >= first_share || saw_steady_steps());
  const auto rest = rates().energy.cost_of(work);
  const double total = used().value() + rest->value;
  if (rest->may_recur > (counts_steps_ ? much_more : tolerance) * total) return false;
  if (counts_steps_ && std::abs(rates().energy.open_excess()) > tolerance * total) return false;
  return (enough || (share() >= much_work && units >= 2 && 2 * units >= regime.units())) &&
         z90 * std::hypot(rest->relative_sd, relative_work_sd()) * rest->value <=
             (share() < first_share ? early_tolerance : tolerance) * total;
}

bool Adaptive::may_act() const {
  if (share() < first_share || !ready()) return false;
  const double work = std::max(0.0, *total_work_ - done_);
  if (work == 0) return true;
  if (in_first_of_epochs() || may_be_cold(rates().energy)) return false;
  // Fewer steps than between two evaluations tell nothing of them. What came between them may be a mere
  // pause.
  if (only_steps() && done_ < cycle_units && share() < cycle_share) return false;
  const auto rest = rates().energy.cost_of(work);
  return rest->may_recur <= tolerance * (used().value() + rest->value);
}

std::optional<OnlineEstimate> Adaptive::estimate() const {
  const auto forecast = total();
  if (!forecast) return std::nullopt;
  return OnlineEstimate{*forecast, ready(), duration()};
}

const OnlineMethod adaptive_method{"adaptive",
                                   "the rate of the current regime, with an interval; predicts the duration",
                                   false, [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
                                     if (!plan.total_work) return nullptr;
                                     return std::make_unique<Adaptive>(plan);
                                   }};

}  // namespace joulecast::estimate
