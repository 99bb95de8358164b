#include "bind/teller.hpp"

#include <joulecast/joulecast.h>

#include <cmath>
#include <utility>

#include "base/clock.hpp"

namespace joulecast::python {
namespace {

using progress::Event;
using progress::EventKind;

std::optional<double> known(double amount) {
  if (!std::isfinite(amount) || amount <= 0) return std::nullopt;
  return amount;
}

Event event_of(EventKind kind) {
  Event event;
  event.kind = kind;
  event.time = system_clock().steady();
  return event;
}

Event event_of(EventKind kind, std::string name) {
  auto event = event_of(kind);
  event.name = std::move(name);
  return event;
}

class OwnTeller final : public Teller {
 public:
  explicit OwnTeller(std::shared_ptr<measure::NodeMeasurement> measurement)
      : measurement_(std::move(measurement)) {}

  void tell_phase(const std::string& name, const std::string& unit, double total_work) override {
    auto event = event_of(EventKind::phase_begin, name);
    event.unit = progress::unit_from(unit);
    event.total_work = known(total_work);
    tell(std::move(event));
  }
  void tell_phase_end() override { tell(event_of(EventKind::phase_end)); }
  void progress(double work, double total_work) override {
    auto event = event_of(EventKind::progress);
    event.work = work;
    event.total_work = known(total_work);
    tell(std::move(event));
  }
  void begin_epoch(int epoch) override {
    auto event = event_of(EventKind::epoch_begin);
    event.epoch = epoch;
    tell(std::move(event));
  }
  void epoch_progress(int epoch, double work, double total_work) override {
    auto event = event_of(EventKind::progress);
    event.scope = progress::Scope::epoch;
    event.epoch = epoch;
    event.work = work;
    event.total_work = known(total_work);
    event.unit = progress::Unit::step;
    tell(std::move(event));
  }
  void end_epoch(int epoch) override {
    auto event = event_of(EventKind::epoch_end);
    event.epoch = epoch;
    tell(std::move(event));
  }
  void metric(const std::string& name, double value) override {
    auto event = event_of(EventKind::metric, name);
    event.value = value;
    if (std::isfinite(value)) tell(std::move(event));
  }
  void begin_window(const std::string& name) override { tell(event_of(EventKind::window_begin, name)); }
  void end_window(const std::string& name) override { tell(event_of(EventKind::window_end, name)); }

 private:
  void tell(Event event) { measurement_->hear({std::move(event)}); }

  std::shared_ptr<measure::NodeMeasurement> measurement_;
};

class AttachedTeller final : public Teller {
 public:
  void tell_phase(const std::string& name, const std::string& unit, double total_work) override {
    joulecast_begin_phase(name.c_str(), unit.empty() ? nullptr : unit.c_str(), total_work);
  }
  void tell_phase_end() override { joulecast_end_phase(); }
  void progress(double work, double total_work) override { joulecast_progress(work, total_work); }
  void begin_epoch(int epoch) override { joulecast_epoch(epoch); }
  void epoch_progress(int epoch, double work, double total_work) override {
    joulecast_epoch_progress(epoch, work, total_work);
  }
  void end_epoch(int epoch) override { joulecast_epoch_end(epoch, 0); }
  void metric(const std::string& name, double value) override { joulecast_metric(name.c_str(), value); }
  void begin_window(const std::string& name) override { joulecast_begin_window(name.c_str()); }
  void end_window(const std::string& name) override { joulecast_end_window(name.c_str()); }
};

class SilentTeller final : public Teller {
 public:
  void tell_phase(const std::string& /*name*/, const std::string& /*unit*/, double /*total*/) override {}
  void tell_phase_end() override {}
  void progress(double /*work*/, double /*total_work*/) override {}
  void begin_epoch(int /*epoch*/) override {}
  void epoch_progress(int /*epoch*/, double /*work*/, double /*total_work*/) override {}
  void end_epoch(int /*epoch*/) override {}
  void metric(const std::string& /*name*/, double /*value*/) override {}
  void begin_window(const std::string& /*name*/) override {}
  void end_window(const std::string& /*name*/) override {}
};

}  // namespace

std::uint64_t Teller::begin_phase(const std::string& name, const std::string& unit, double total_work) {
  const auto number = ++phases_;
  open_phase_ = number;
  tell_phase(name, unit, total_work);
  return number;
}

void Teller::end_phase(std::uint64_t number) {
  if (number != 0 && open_phase_.compare_exchange_strong(number, 0)) tell_phase_end();
}

std::shared_ptr<Teller> teller_of(std::shared_ptr<measure::NodeMeasurement> measurement) {
  return std::make_shared<OwnTeller>(std::move(measurement));
}

std::shared_ptr<Teller> attached_teller() {
  return std::make_shared<AttachedTeller>();
}

std::shared_ptr<Teller> silent_teller() {
  return std::make_shared<SilentTeller>();
}

}  // namespace joulecast::python
