#include "estimate/online/projector.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/online/adaptive.hpp"

namespace joulecast::estimate {
namespace {

constexpr double outside = (1 - interval_level) / 2;
// Largest accepted standard deviation of a prior on the log scale. Beyond it the prior says nothing.
constexpr double largest_relative_sd = 100;

/// Value and interval of base + remainder.
template <class U>
Estimate<U> from(U base, const Remainder& rest) {
  const auto left = rest.interval();
  return {base + U{rest.value}, Interval<U>{base + U{left.low}, base + U{left.high}}};
}

Status check(const Prior& prior) {
  if (prior.total.value() >= smallest_amount && prior.total.value() <= largest_amount &&
      prior.relative_sd > 0 && prior.relative_sd <= largest_relative_sd)
    return {};
  return fail(ErrorKind::invalid, "prior", "needs a positive total and spread, not {} J and {}",
              prior.total.value(), prior.relative_sd);
}

}  // namespace

void begin_interval_now(Projection& p) {
  if (p.total.interval) p.total.interval->low = p.used;
  if (p.remaining.interval) p.remaining.interval->low = Joules{0};
  if (p.duration.interval) p.duration.interval->low = p.duration.value - p.remaining_time.value;
  if (p.remaining_time.interval) p.remaining_time.interval->low = Seconds{0};
}

bool counts_steps(std::string_view unit) {
  return unit == "step" || unit == "round" || unit == "fit";
}

struct Projector::State {
  explicit State(const ProjectorOptions& options)
      : adaptive({.total_work = options.total_work, .prior = options.prior}) {
    if (options.early_stopping) stop.emplace(*options.early_stopping, options.earlier_stops);
  }
  [[nodiscard]] std::optional<Projection::Expected> expected() const;
  [[nodiscard]] double remaining_work() const {
    return std::max(0.0, *adaptive.total_work() - adaptive.work_done());
  }

  Adaptive adaptive;
  std::optional<StopForecast> stop;
};

Projector::Projector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Projector::Projector(Projector&&) noexcept = default;
Projector& Projector::operator=(Projector&&) noexcept = default;
Projector::~Projector() = default;

Result<Projector> Projector::begin(ProjectorOptions options) {
  if (options.total_work)
    if (auto ok = check_total_work(*options.total_work); !ok) return propagate(ok.error());
  if (options.prior)
    if (auto ok = check(*options.prior); !ok) return propagate(ok.error());
  if (options.early_stopping)
    if (auto ok = check(*options.early_stopping); !ok) return propagate(ok.error());
  return Projector(std::make_unique<State>(options));
}

Status Projector::add(const WorkUnit& unit, bool epoch_end) {
  return state_->adaptive.observe(unit, epoch_end);
}

void Projector::end_epoch(Seconds duration, std::optional<Joules> energy) {
  state_->adaptive.end_epoch(duration, energy);
}

void Projector::add_metric(double value) {
  if (state_->stop) state_->stop->add(value);
}

Status Projector::set_total_work(double total_work) {
  if (auto ok = check_total_work(total_work); !ok) return ok;
  state_->adaptive.set_total_work(total_work);
  return {};
}

void Projector::set_epoch_work(double epoch_work) {
  if (check_total_work(epoch_work)) state_->adaptive.set_epoch_work(epoch_work);
}

void Projector::set_counts_steps(bool counts_steps) {
  state_->adaptive.set_counts_steps(counts_steps);
}

void Projector::set_steps_per_work(double steps) {
  state_->adaptive.set_steps_per_work(steps);
}

void Projector::set_work_sd(double work_sd) {
  state_->adaptive.set_work_sd(work_sd);
}

std::optional<Projection> Projector::projection() const {
  const auto& adaptive = state_->adaptive;
  const auto total = adaptive.total();
  if (!total) return std::nullopt;
  Projection p;
  p.share = adaptive.share();
  p.used = adaptive.used();
  p.total = *total;
  const auto left = [&](Joules e) { return std::max(Joules{0}, e - p.used); };
  p.remaining = {left(total->value),
                 Interval<Joules>{left(total->interval->low), left(total->interval->high)}};
  if (const auto time = adaptive.time_for(state_->remaining_work())) {
    p.duration = from(adaptive.elapsed(), *time);
    const auto since_now = [&](Seconds end) { return std::max(Seconds{0}, end - adaptive.elapsed()); };
    p.remaining_time = {Seconds{time->value}, Interval<Seconds>{since_now(p.duration.interval->low),
                                                                since_now(p.duration.interval->high)}};
  }
  p.ready = adaptive.ready();
  p.may_act = adaptive.may_act();
  p.regime_changes = adaptive.regime_changes();
  p.expected = state_->expected();
  return p;
}

/// The total of a run whose stop epoch is uncertain. The interval comes from the distribution of the stop
/// epoch, combined in quadrature with the interval of the cost at its early and its late end.
std::optional<Projection::Expected> Projector::State::expected() const {
  if (!stop || !adaptive.total_work() || adaptive.work_done() <= 0) return std::nullopt;
  const double work_per_epoch = *adaptive.total_work() / stop->rule().max_epochs;
  const auto d = stop->distribution();
  const auto work_left = [&](double epoch) {
    return std::max(0.0, epoch * work_per_epoch - adaptive.work_done());
  };
  const double mean = d.mean();
  const int early = d.quantile(outside);
  const int late = d.quantile(1 - outside);

  Projection::Expected e;
  e.stop_epoch = {mean, Interval<double>{static_cast<double>(early), static_cast<double>(late)}};
  e.probability_of_full_length =
      d.first + static_cast<int>(d.probability.size()) - 1 == stop->rule().max_epochs ? d.probability.back()
                                                                                      : 0;
  e.learned_from_earlier_runs = d.learned_from_earlier_runs;
  const auto spread = [&](auto base, const auto& remainder) -> std::optional<Estimate<decltype(base)>> {
    using U = decltype(base);
    const auto at_mean = remainder(work_left(mean));
    const auto at_early = remainder(work_left(early));
    const auto at_late = remainder(work_left(late));
    if (!at_mean || !at_early || !at_late) return std::nullopt;
    const auto error = at_mean->error.interval();
    const double below = std::hypot(at_mean->value - at_early->value, at_mean->value * error.low);
    const double above = std::hypot(at_late->value - at_mean->value, at_mean->value * error.high);
    const U value = base + U{at_mean->value};
    return Estimate<U>{value, Interval<U>{std::max(base, value - U{below}), value + U{above}}};
  };
  const auto energy = spread(adaptive.used(), [&](double work) { return adaptive.energy_for(work); });
  const auto time = spread(adaptive.elapsed(), [&](double work) { return adaptive.time_for(work); });
  if (!energy || !time) return std::nullopt;
  e.total = *energy;
  e.duration = *time;
  return e;
}

std::optional<Remainder> Projector::remainder() const {
  const auto& adaptive = state_->adaptive;
  return adaptive.total_work() ? adaptive.energy_for(state_->remaining_work()) : std::nullopt;
}

std::optional<double> Projector::probability_above(Joules limit) const {
  return state_->adaptive.probability_above(limit);
}

std::optional<Estimate<Joules>> Projector::cost_at(double work) const {
  const auto& adaptive = state_->adaptive;
  if (!std::isfinite(work) || work < adaptive.work_done()) return std::nullopt;
  const auto rest = adaptive.energy_for(work - adaptive.work_done());
  if (!rest) return std::nullopt;
  return from(adaptive.used(), *rest);
}

std::optional<Estimate<double>> Projector::work_at_budget(Joules budget) const {
  const auto& adaptive = state_->adaptive;
  const Joules left = budget - adaptive.used();
  if (!adaptive.total_work() || left.value() < 0) return std::nullopt;
  const double most = state_->remaining_work();
  const auto rest = adaptive.energy_for(most > 0 ? most : adaptive.work_per_unit());
  if (!rest || rest->value <= 0) return std::nullopt;
  // Uses the rate of the whole remainder, with its error. At a higher rate the budget lasts for less work, so
  // the interval's ends swap.
  const double work = most > 0 ? most : adaptive.work_per_unit();
  const auto error = rest->error.interval();
  const auto reached = [&](double relative) {
    return adaptive.work_done() + left.value() / (rest->value * (1 + relative)) * work;
  };
  return Estimate<double>{reached(0), Interval<double>{reached(error.high), reached(error.low)}};
}

}  // namespace joulecast::estimate
