// A training as formats report it, for the tests of the tracker.
#pragma once

#include <optional>
#include <vector>

#include "progress/format.hpp"
#include "progress/tracker.hpp"

namespace joulecast::progress {

/// A tracker, and what formats would report to it.
class Training {
 public:
  explicit Training(KnownTotals totals = {}) : tracker(SteadyTime{}, totals) {}

  /// What is reported at a time, from the run's start.
  template <class Say>
  void at(double seconds, Say say, Evidence evidence = Evidence::stated) {
    std::vector<Event> events;
    Report report(SteadyTime{} + Seconds{seconds}, evidence, events);
    say(report);
    for (const auto& event : events) tracker.take(event);
  }
  void begins(double seconds, int epoch, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epoch_begins(epoch, total); });
  }
  void ends(double seconds, int epoch, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epoch_ends(epoch, total); });
  }
  void steps(double seconds, double done, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.work_done(done, total); });
  }
  void of_epoch(double seconds, double done, std::optional<double> total, std::optional<int> epoch = {}) {
    at(seconds, [&](Report& report) { report.epoch_steps(done, total, epoch); });
  }
  void epochs_done(double seconds, double done, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epochs_done(done, total); });
  }
  void finish(double seconds) { tracker.finish(SteadyTime{} + Seconds{seconds}); }

  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> numbers;
    for (const auto& epoch : tracker.epochs()) numbers.push_back(epoch.index);
    return numbers;
  }
  [[nodiscard]] std::vector<double> ends_of_epochs() const {
    std::vector<double> ends;
    for (const auto& epoch : tracker.epochs()) ends.push_back(epoch.span.end.value());
    return ends;
  }
  /// Shares of the current phase's work, as they were advanced.
  [[nodiscard]] std::vector<double> works() {
    std::vector<double> works;
    for (const auto& advance : tracker.take_advances()) works.push_back(advance.point.work);
    return works;
  }

  Tracker tracker;
};

}  // namespace joulecast::progress
