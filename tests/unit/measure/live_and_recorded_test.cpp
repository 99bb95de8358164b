// A run that is projected while it is measured must give the same projections as its record.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "estimate/online/history.hpp"
#include "formats/run_bundle.hpp"
#include "measure/training.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"

namespace joulecast::measure {
namespace {

using progress::Event;
using progress::EventKind;

SteadyTime at(double seconds) {
  return SteadyTime{1'000'000'000} + Seconds{seconds};
}

Event event(EventKind kind, double seconds, std::optional<int> epoch = {}) {
  Event event;
  event.kind = kind;
  event.time = at(seconds);
  event.epoch = epoch;
  return event;
}

/// A scripted training: its messages and its power.
struct Script {
  double start_up = 0;  ///< s before the first epoch
  int epochs = 24;
  std::function<double(int)> seconds = [](int) { return 4.0; };     ///< duration of epoch i
  std::function<double(int)> evaluation = [](int) { return 0.0; };  ///< evaluation time after epoch i
  std::function<double(double)> watts = [](double) { return 100.0; };
  double first_reading = 0;
  double late = 0;  ///< delay in s until a reading is known
  std::optional<trace::Span> gap{};
  std::map<int, double> totals{{0, 24}};  ///< totals that the training reports when epoch i begins

  trace::Run run{};
  std::vector<Event> events{};

  void play() {
    double t = start_up;
    for (int i = 0; i < epochs; ++i) {
      auto begin = event(EventKind::epoch_begin, t, i);
      if (totals.contains(i)) begin.total_epochs = totals[i];
      events.push_back(begin);
      trace::Epoch epoch;
      epoch.index = i;
      epoch.span = {Seconds{t}, Seconds{t + seconds(i)}};
      run.epochs.push_back(epoch);
      t += seconds(i);
      events.push_back(event(EventKind::epoch_end, t, i));
      t += evaluation(i);
    }
    run.info.id = "scripted";
    run.info.total_work = totals.rbegin()->second;
    run.info.work_unit = "epoch";
    run.span = {Seconds{0}, Seconds{std::ceil(t)}};
    trace::Trace power;
    power.channel.name = "node_power";
    power.channel.quantity = trace::Quantity::power;
    power.channel.component = trace::Component::node;
    for (double s = first_reading; s <= run.span.end.value() + 1; ++s) {
      if (gap && gap->begin.value() < s && s < gap->end.value()) continue;
      power.times.push_back(s);
      power.values.push_back(watts(s));
    }
    if (gap) power.gaps.push_back(*gap);
    run.traces.push_back(power);
  }

  [[nodiscard]] EnergyUntil known_at(double now) const {
    return [this, now](Seconds time) -> std::optional<Joules> {
      if (time.value() > now - late) return std::nullopt;
      const std::vector<trace::Span> until{{Seconds{0}, time}};
      return trace::span_energies(run, until).front().value_or(Joules{0});
    };
  }

  /// The projections that were shown, by share of the work.
  [[nodiscard]] std::map<double, estimate::Projection> live() const {
    std::map<double, estimate::Projection> shown;
    trace::NullSink nowhere;
    Training training(at(0), {}, nowhere);
    auto next = events.begin();
    const double end = run.span.end.value();
    for (double now = 0.9; now < end + late + 1; now += 0.9) {
      std::vector<Event> heard;
      for (; next != events.end() && next->time <= at(now); ++next) heard.push_back(*next);
      training.hear(std::move(heard));
      training.update(known_at(now));
      if (const auto& p = training.projection()) shown[p->share] = *p;
    }
    training.finish(at(end), known_at(end + late + 1));
    if (const auto& p = training.projection()) shown[p->share] = *p;
    return shown;
  }

  /// The projections of the bundle that the run was written to.
  [[nodiscard]] estimate::ProjectionHistory recorded(std::optional<double> total = {}) const {
    const testing::TemporaryDirectory folder;
    EXPECT_TRUE(formats::write_run_bundle(run, folder.path() / "run"));
    const auto read = formats::read_run_bundle(folder.path() / "run");
    EXPECT_TRUE(read) << to_string(read.error());
    auto history = estimate::project_history(*read, {.total_work = total});
    EXPECT_TRUE(history) << to_string(history.error());
    return *history;
  }
};

void expect_same(const estimate::Projection& live, const estimate::Projection& recorded) {
  const double scale = recorded.total.value.value();
  EXPECT_NEAR(live.used.value(), recorded.used.value(), 1e-6 * scale);
  EXPECT_NEAR(live.total.value.value(), scale, 1e-6 * scale);
  EXPECT_NEAR(live.total.interval->low.value(), recorded.total.interval->low.value(), 1e-6 * scale);
  EXPECT_NEAR(live.total.interval->high.value(), recorded.total.interval->high.value(), 1e-6 * scale);
  EXPECT_NEAR(live.duration.value.value(), recorded.duration.value.value(), 1e-6 * scale);
  EXPECT_NEAR(live.remaining_time.value.value(), recorded.remaining_time.value.value(), 1e-6 * scale);
  EXPECT_EQ(live.ready, recorded.ready);
  EXPECT_EQ(live.regime_changes, recorded.regime_changes);
}

/// Every projection shown at a share of at least `from` must also be in the record, and there must be at
/// least this many.
void expect_agreement(const Script& script, std::size_t at_least, double from = 0,
                      std::optional<double> total = {}) {
  const auto history = script.recorded(total);
  std::size_t compared = 0;
  for (const auto& [share, shown] : script.live()) {
    if (share < from - 1e-9) continue;
    const auto same = std::ranges::find_if(history.moments, [&, s = share](const auto& moment) {
      return std::abs(moment.projection.share - s) < 1e-9;
    });
    ASSERT_NE(same, history.moments.end()) << share;
    SCOPED_TRACE(share);
    expect_same(shown, same->projection);
    ++compared;
  }
  EXPECT_GE(compared, at_least);
}

double rising(double t) {
  return t < 30 ? 35 : 100 + 20 * std::sin(t) + t / 10;
}

TEST(LiveAndRecorded, AgreeOnStartUpAndChangingPower) {
  Script script{.start_up = 30, .watts = rising};
  script.play();
  expect_agreement(script, 24);
}

TEST(LiveAndRecorded, AgreeOnEvaluationsBetweenEpochs) {
  Script script{.start_up = 7, .evaluation = [](int i) { return i % 4 == 3 ? 2.5 : 0.5; }, .watts = rising};
  script.play();
  expect_agreement(script, 24);
}

TEST(LiveAndRecorded, AgreeOnEnergyThatIsKnownLate) {
  Script script{.start_up = 12, .watts = rising, .late = 9.5};
  script.play();
  expect_agreement(script, 20);
}

TEST(LiveAndRecorded, AgreeOnceTheTotalIsKnown) {
  Script script{.start_up = 12, .watts = rising, .totals = {{9, 24}}};
  script.play();
  EXPECT_NEAR(script.live().begin()->first, 9.0 / 24, 1e-9) << "shown as soon as the total is told";
  expect_agreement(script, 15);
}

TEST(LiveAndRecorded, AgreeOnATotalThatChanges) {
  Script script{.start_up = 12, .watts = rising, .totals = {{0, 60}, {8, 24}}};
  script.play();
  expect_agreement(script, 16, 8.0 / 24);
  Script before = script;
  before.run.info.total_work = 60;
  const auto history = before.recorded();
  const auto shown = script.live();
  expect_same(shown.at(5.0 / 60), history.moments[4].projection);
}

TEST(LiveAndRecorded, AgreeOnARunWithAGap) {
  Script script{.start_up = 6, .watts = rising, .gap = trace::Span{Seconds{33}, Seconds{51}}};
  script.play();
  expect_agreement(script, 24);
}

TEST(LiveAndRecorded, AgreeOnReadingsThatBeginLate) {
  Script script{.start_up = 6, .watts = rising, .first_reading = 21};
  script.play();
  expect_agreement(script, 20);
}

TEST(LiveAndRecorded, AgreeOnEpochsThatTakeNoTime) {
  Script script{.start_up = 6, .seconds = [](int i) { return i % 5 == 2 ? 0.0 : 4.0; }, .watts = rising};
  script.play();
  expect_agreement(script, 19);
}

}  // namespace
}  // namespace joulecast::measure
