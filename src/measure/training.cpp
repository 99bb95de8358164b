#include "measure/training.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::measure {

Training::Training(SteadyTime run_start, std::optional<double> total_epochs, trace::RunSink& sink)
    : tracker_(run_start), said_total_(total_epochs), sink_(sink) {
  if (auto projector = estimate::RunProjector::begin({})) projector_.emplace(std::move(*projector));
}

void Training::hear(std::vector<progress::Event> events) {
  const std::lock_guard guard(mutex_);
  heard_.insert(heard_.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

std::optional<double> Training::total_epochs() const {
  return tracker_.total_epochs() ? tracker_.total_epochs() : said_total_;
}

void Training::take_events() {
  std::vector<progress::Event> events;
  {
    const std::lock_guard guard(mutex_);
    events = std::exchange(heard_, {});
  }
  for (const auto& event : events) tracker_.take(event);
}

void Training::store_epoch(std::size_t place) {
  sink_.epoch(place, epochs_[place]);
}

/// A metric such as an evaluation may arrive after its epoch was closed. The epoch is then stored again.
void Training::take_metrics() {
  for (const auto& point : tracker_.take_metrics()) {
    sink_.metric(point);
    metrics_[point.name] = point.value;
    if (!point.epoch) continue;
    const auto known =
        std::ranges::find(epochs_.rbegin(), epochs_.rend(), *point.epoch, &trace::Epoch::index);
    if (known == epochs_.rend()) continue;
    known->metrics[point.name] = point.value;
    store_epoch(static_cast<std::size_t>(epochs_.rend() - known) - 1);
  }
}

void Training::learn_total() {
  // A total in the unit of the epochs' work is used only if the epochs report how much work they did.
  const bool weighed = !epochs_.empty() && epochs_.back().work.has_value();
  const auto total = weighed ? tracker_.total_work() : total_epochs();
  if (!total || total == told_total_) return;
  told_total_ = total;
  if (!projector_ || !projector_->set_total_work(*total)) return;
  if (total_learned_) total_learned_(*total, !weighed);
  if (projector_->work_done() > 0) project();
}

std::optional<Joules> Training::energy_at_begin(Seconds begin, const EnergyUntil& energy_until) const {
  if (last_end_.time == begin) return last_end_.energy;
  if (open_begin_ && open_begin_->time == begin) return open_begin_->energy;
  return energy_until(begin);
}

void Training::move(const trace::Epoch& epoch, std::optional<Joules> begin, Joules end) {
  if (!projector_) return;
  estimate::Movement movement{.work = epoch.work.value_or(1), .span = epoch.span, .epoch_end = true};
  if (end <= Joules{0}) {
    // A running machine always uses energy, so 0 means that it has not been read yet.
  } else if (begin) {
    movement.energy = end - *begin;
    movement.outside = *begin - last_end_.energy;
  } else if (projector_->work_done() > 0) {
    // includes the energy between the epochs, which is not known separately
    movement.energy = end - last_end_.energy;
  }
  const auto before = projector_->time();
  if (!projector_->move(movement)) return;
  last_end_ = {epoch.span.end, end};
  if (projector_->time() > before) project();
}

void Training::project() {
  projection_ = projector_->projection();
  if (!projection_) return;
  trace::Projection kept;
  kept.time = projector_->time();
  kept.share = projection_->share;
  kept.method = projection_->method;
  kept.total = projection_->total.value;
  if (const auto& interval = projection_->total.interval) {
    kept.low = interval->low;
    kept.high = interval->high;
  }
  kept.ready = projection_->ready;
  sink_.projection(kept);
}

bool Training::close_known_epochs(const EnergyUntil& energy_until) {
  bool closed = false;
  while (!waiting_.empty()) {
    auto& epoch = epochs_[waiting_.front()];
    const auto end = energy_until(epoch.span.end);
    if (!end) break;
    move(epoch, energy_at_begin(epoch.span.begin, energy_until), *end);
    waiting_.pop_front();
    closed = true;
  }
  return closed;
}

bool Training::update(const EnergyUntil& energy_until) {
  take_events();
  for (auto& epoch : tracker_.take_finished()) {
    waiting_.push_back(epochs_.size());
    epochs_.push_back(std::move(epoch));
    store_epoch(epochs_.size() - 1);
  }
  take_metrics();
  if (!epochs_.empty()) learn_total();
  const bool closed = close_known_epochs(energy_until);
  if (const auto begin = tracker_.open_since(); begin && (!open_begin_ || open_begin_->time != *begin))
    if (const auto energy = energy_until(*begin)) open_begin_ = {*begin, *energy};
  return closed;
}

void Training::finish(SteadyTime end, const EnergyUntil& energy_until) {
  take_events();
  tracker_.finish(end);
  update(energy_until);
}

std::optional<double> Training::probability_above(Joules limit) const {
  return projector_ ? projector_->probability_above(limit) : std::nullopt;
}

}  // namespace joulecast::measure
