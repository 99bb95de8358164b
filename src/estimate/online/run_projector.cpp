#include "estimate/online/run_projector.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::estimate {
namespace {

template <class U>
void shift(Estimate<U>& estimate, U by) {
  estimate.value += by;
  if (!estimate.interval) return;
  estimate.interval->low += by;
  estimate.interval->high += by;
}

std::optional<Joules> believable(std::optional<Joules> energy) {
  if (energy && energy->value() >= 0 && energy->value() <= largest_amount) return energy;
  return std::nullopt;
}

}  // namespace

Result<RunProjector> RunProjector::begin(ProjectorOptions options) {
  auto projector = Projector::begin(std::move(options));
  if (!projector) return propagate(projector.error());
  return RunProjector(std::move(*projector));
}

Status RunProjector::move(const Movement& movement) {
  const auto& [work, span, measured, measured_outside, epoch_end] = movement;
  if (!std::isfinite(span.begin.value()) || !std::isfinite(span.end.value()) || span.end < span.begin)
    return fail(ErrorKind::invalid, "span", "work cannot move from {} s to {} s", span.begin.value(),
                span.end.value());
  if (work == 0 && epoch_end) return end_epoch(movement);
  const auto energy = believable(measured);
  const auto outside = waiting_energy_ + believable(measured_outside).value_or(Joules{0});
  const auto begin = begun_ ? end_ : std::max(Seconds{0}, span.begin);
  if (span.end <= begin || span.length() <= Seconds{0}) {
    if (auto ok = check(WorkUnit{.work = work, .duration = Seconds{1}}); !ok) return ok;
    waiting_work_ += work;
    waiting_energy_ = outside + energy.value_or(Joules{0});
    waiting_epoch_end_ = waiting_epoch_end_ || epoch_end;
    return {};
  }
  WorkUnit unit{.work = waiting_work_ + work, .duration = span.end - begin, .energy = energy};
  if (begun_ && energy) *unit.energy += outside;
  if (auto ok = projector_.add(unit, epoch_end || waiting_epoch_end_); !ok) return ok;
  if (!begun_) start_up_ = outside, start_up_time_ = begin;
  begun_ = true;
  end_ = span.end;
  work_done_ += unit.work;
  waiting_work_ = 0;
  waiting_energy_ = Joules{0};
  waiting_epoch_end_ = false;
  return {};
}

void RunProjector::skip(Seconds until, Joules used) {
  if (!begun_ || until < end_) return;
  start_up_ += waiting_energy_ + used;
  start_up_time_ += until - end_;
  waiting_energy_ = Joules{0};
  end_ = until;
}

Status RunProjector::end_epoch(const Movement& movement) {
  const auto outside = waiting_energy_ + believable(movement.outside).value_or(Joules{0});
  if (!begun_) {
    waiting_energy_ = outside + believable(movement.energy).value_or(Joules{0});
    return {};
  }
  const auto end = std::max(end_, movement.span.end);
  auto energy = believable(movement.energy);
  if (energy || outside > Joules{0}) energy = energy.value_or(Joules{0}) + outside;
  projector_.end_epoch(end - end_, energy);
  end_ = end;
  waiting_energy_ = Joules{0};
  return {};
}

std::optional<Projection> RunProjector::projection() const {
  auto projection = projector_.projection();
  if (!projection || !begun_) return projection;
  projection->used += start_up_;
  shift(projection->total, start_up_);
  shift(projection->duration, start_up_time_);
  if (auto& expected = projection->expected) {
    shift(expected->total, start_up_);
    shift(expected->duration, start_up_time_);
  }
  return projection;
}

std::optional<double> RunProjector::probability_above(Joules limit) const {
  return projector_.probability_above(limit - start_up_);
}

std::optional<Estimate<Joules>> RunProjector::cost_at(double work) const {
  auto cost = projector_.cost_at(work);
  if (cost) shift(*cost, start_up_);
  return cost;
}

std::optional<Estimate<double>> RunProjector::work_at_budget(Joules budget) const {
  return projector_.work_at_budget(budget - start_up_);
}

}  // namespace joulecast::estimate
