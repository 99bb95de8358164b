#include "progress/format.hpp"

#include <utility>

namespace joulecast::progress {

Event& Report::add(EventKind kind) {
  Event event;
  event.kind = kind;
  event.time = time_;
  event.evidence = evidence_;
  event.first_epoch = first_epoch_;
  return events_.emplace_back(std::move(event));
}

void Report::prepares() {
  add(EventKind::prepare);
}
void Report::run_begins() {
  add(EventKind::run_begin);
}
void Report::run_ends() {
  add(EventKind::run_end);
}
void Report::phase_begins(std::string name, std::optional<Part> part) {
  auto& event = add(EventKind::phase_begin);
  event.name = std::move(name);
  event.part = part;
}

void Report::total_epochs(double total) {
  add(EventKind::announce).total_epochs = total;
}

void Report::total_work(double total, Unit unit) {
  auto& event = add(EventKind::announce);
  event.total_work = total;
  event.unit = unit;
}

void Report::steps_per_epoch(double steps) {
  auto& event = add(EventKind::announce);
  event.total_work = steps;
  event.unit = Unit::step;
  event.scope = Scope::epoch;
}

void Report::round_begins(double number, std::optional<double> total, Unit unit) {
  auto& event = add(EventKind::round_begin);
  event.work = number;
  event.total_work = total;
  event.unit = unit;
}

void Report::epoch_begins(int epoch, std::optional<double> total) {
  auto& event = add(EventKind::epoch_begin);
  event.epoch = epoch;
  event.total_epochs = total;
}

void Report::epoch_ends(int epoch, std::optional<double> total) {
  auto& event = add(EventKind::epoch_end);
  event.epoch = epoch;
  event.total_epochs = total;
}

void Report::epoch_was_headed_at_its_end(int epoch, std::optional<double> total, SteadyTime time) {
  auto& event = add(EventKind::epoch_end);
  event.time = time;
  event.epoch = epoch;
  event.total_epochs = total;
  event.headed_at_end = true;
}

void Report::epoch_steps(double done, std::optional<double> total, std::optional<int> epoch) {
  auto& event = add(EventKind::progress);
  event.scope = Scope::epoch;
  event.epoch = epoch;
  event.work = done;
  event.total_work = total;
  event.unit = Unit::step;
}

void Report::epochs_done(double done, std::optional<double> total) {
  work_done(done, total, Unit::epoch);
}

void Report::work_done(double done, std::optional<double> total, Unit unit) {
  auto& event = add(EventKind::progress);
  event.work = done;
  event.total_work = total;
  event.unit = unit;
  event.counted_from = counted_from_;
}

void Report::metric(std::string name, double value, std::optional<int> epoch) {
  auto& event = add(EventKind::metric);
  event.name = std::move(name);
  event.value = value;
  event.epoch = epoch;
}

void Report::window_begins(std::string name) {
  add(EventKind::window_begin).name = std::move(name);
}
void Report::window_ends(std::string name) {
  add(EventKind::window_end).name = std::move(name);
}

}  // namespace joulecast::progress
