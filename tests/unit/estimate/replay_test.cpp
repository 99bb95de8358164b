// Tests the conversion of recorded runs to units of work, and the projections that they would have shown.
#include "estimate/online/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "estimate/online/history.hpp"
#include "recorded.hpp"

namespace joulecast::estimate {
namespace {

using ::testing::HasSubstr;
using testing::recorded_run;

TEST(Replay, UnitsAreEpochsWithTheEnergyOfTheirSpan) {
  auto run = recorded_run({.epochs = 4, .seconds = 10, .watts = 200});
  run.info.total_work = 4;
  const auto replay = *replay_of(run);
  ASSERT_EQ(replay.units.size(), 4u);
  for (const auto& unit : replay.units) {
    EXPECT_NEAR(unit.energy->value(), 2000, 1e-6);
    EXPECT_DOUBLE_EQ(unit.duration.value(), 10);
  }
  EXPECT_TRUE(replay.complete());
  EXPECT_TRUE(replay.bounds_recorded);
  EXPECT_EQ(*replay.plan(run.info).units, 4);
}

TEST(Replay, DividesARunWithoutBoundsEvenly) {
  auto run = recorded_run({.epochs = 5, .seconds = 10, .watts = 100});
  run.epochs.clear();
  run.info.epoch_bounds_recorded = false;
  run.info.total_work = 5;
  const auto replay = *replay_of(run);
  ASSERT_EQ(replay.units.size(), 5u);
  EXPECT_FALSE(replay.bounds_recorded);
  EXPECT_NEAR(replay.units[2].energy->value(), 1000, 1e-6);
}

TEST(Replay, MissingSamplesAreInterpolatedAndAnUncoveredEpochIsUnknown) {
  auto run = recorded_run({.epochs = 6, .seconds = 10, .watts = 100});
  auto& trace = run.traces.front();
  // 23 s without a reading inside the run, and nothing at all after 52 s.
  std::vector<double> times;
  std::vector<double> values;
  for (std::size_t i = 0; i < trace.size(); ++i)
    if ((trace.times[i] <= 12 || trace.times[i] >= 35) && trace.times[i] <= 49)
      times.push_back(trace.times[i]), values.push_back(trace.values[i]);
  trace.times = times;
  trace.values = values;
  const auto replay = *replay_of(run);
  EXPECT_NEAR(replay.units[2].energy->value(), 1000, 1e-6);
  EXPECT_FALSE(replay.units[5].energy);
  EXPECT_FALSE(replay.complete());
}

TEST(Replay, OrderAndSkewOfNodesDoNotMatter) {
  auto run = recorded_run({.epochs = 8, .seconds = 10, .watts = 100, .nodes = 5, .skew = 0.37});
  const auto a = *replay_of(run);
  std::reverse(run.traces.begin(), run.traces.end());
  const auto b = *replay_of(run);
  for (std::size_t i = 0; i < a.units.size(); ++i) {
    EXPECT_NEAR(b.units[i].energy->value(), a.units[i].energy->value(), 1e-6);
    EXPECT_NEAR(a.units[i].energy->value(), 5000, 5000 * 1e-9);  // five nodes, each with its own clock
  }
}

TEST(Replay, RefusesWhatCannotBeReplayed) {
  const auto refused = [](auto change, const char* because) {
    auto run = recorded_run({.epochs = 4, .seconds = 10, .watts = 100});
    change(run);
    const auto replay = replay_of(run);
    ASSERT_FALSE(replay) << because;
    EXPECT_EQ(replay.error().kind, ErrorKind::invalid);
    EXPECT_THAT(to_string(replay.error()), HasSubstr(because));
  };
  refused([](auto& run) { run.info.total_work.reset(); }, "total work is not known");
  refused([](auto& run) { run.info.total_work = 0; }, "total work is 0");
  refused([](auto& run) { run.info.total_work = -4; }, "total work is -4");
  refused([](auto& run) { std::swap(run.epochs[1].index, run.epochs[2].index); }, "out of order");
  refused([](auto& run) { run.epochs[2].span.begin = Seconds{15}; }, "begins before epoch 1 ends");
  refused([](auto& run) { run.epochs[2].span.end -= Seconds{11}; }, "epoch 2 lasts -1 s");
  refused([](auto& run) { run.epochs[3].work = 0; }, "epoch 3 did 0 work");
  refused([](auto& run) { run.info.work_unit = "sample"; }, "work of epoch 0 (in sample) was not recorded");
  refused([](auto& run) { run.epochs.clear(), run.info.total_work = 2.5; }, "2.5 is not a number of epochs");
  refused([](auto& run) { run.epochs.clear(), run.span.end = run.span.begin; },
          "neither epochs nor a duration");
}

/// Progress in steps: 10 a second within the epochs' first 8 s, then 2 s without any.
void add_progress(trace::Run& run) {
  run.info.work_unit = "step";
  run.info.total_work = 80.0 * static_cast<double>(run.epochs.size());
  double work = 0;
  run.phases.resize(1);
  run.progress = {{Seconds{0}, 0, 0}};
  for (auto& epoch : run.epochs) {
    epoch.work = 80;
    for (int s = 1; s <= 8; ++s) run.progress.push_back({epoch.span.begin + Seconds{1.0 * s}, work += 10, 0});
  }
}

TEST(Replay, MovesWithinEpochsWhereProgressWasRecorded) {
  auto run = recorded_run({.epochs = 4, .seconds = 10, .watts = 100});
  add_progress(run);
  const auto replay = *replay_of(run);
  EXPECT_TRUE(replay.progress_recorded);
  ASSERT_EQ(replay.units.size(), 4u);
  double work = 0;
  double energy = 0;
  int ends = 0;
  for (std::size_t i = 0; i < replay.movements.size(); ++i) {
    const auto& movement = replay.movements[i];
    work += movement.work;
    energy += movement.energy->value();
    ends += movement.epoch_end ? 1 : 0;
    EXPECT_EQ(replay.unit_of[i], static_cast<std::size_t>(movement.span.begin.value() / 10));
  }
  EXPECT_NEAR(work, 320, 1e-9);
  EXPECT_NEAR(energy, 4000, 1e-6);
  EXPECT_EQ(ends, 4);
  EXPECT_GT(replay.movements.size(), 25u);
  EXPECT_NEAR(replay.movements[0].work, 10, 1.5);
  EXPECT_EQ(replay.epoch_work(), 80.0);
}

TEST(Replay, WithoutEpochsTheProgressGivesTheUnits) {
  auto run = recorded_run({.epochs = 20, .seconds = 10, .watts = 100});
  add_progress(run);
  run.epochs.clear();
  const auto replay = *replay_of(run);
  EXPECT_TRUE(replay.bounds_recorded);
  EXPECT_TRUE(replay.complete());
  EXPECT_NEAR(replay.work(), 1600, 1e-9);
  EXPECT_FALSE(replay.epoch_work());  // steps say nothing of epochs
  // the pause after the last step is not part of the work
  EXPECT_NEAR(replay.energy().value(), 20'000 - 200, 1e-6);
  for (const auto& unit : replay.units) EXPECT_GE(unit.work, 10 - 1e-9);
}

TEST(Replay, WorkBeforeTheFirstReportBeganWithTheRun) {
  auto run = recorded_run({.epochs = 2, .seconds = 10, .watts = 100});
  run.epochs.clear();
  run.info.work_unit = "step";
  run.info.total_work = 100;
  run.progress = {{Seconds{6}, 50, 0}, {Seconds{12}, 100, 0}};
  const auto replay = *replay_of(run);
  ASSERT_EQ(replay.movements.size(), 2u);
  EXPECT_DOUBLE_EQ(replay.movements[0].span.begin.value(), 0);
  EXPECT_NEAR(replay.movements[0].work, 50, 1e-12);
  // a first report of 0 says when the work began
  run.progress = {{Seconds{4}, 0, 0}, {Seconds{6}, 50, 0}, {Seconds{12}, 100, 0}};
  const auto later = *replay_of(run);
  EXPECT_DOUBLE_EQ(later.movements[0].span.begin.value(), 4);
  EXPECT_NEAR(later.movements[0].outside->value(), 400, 1e-6);
}

TEST(Replay, PhasesThatCountAnewFollowEachOther) {
  auto run = recorded_run({.epochs = 2, .seconds = 10, .watts = 100});
  run.epochs.clear();
  run.info.work_unit = "step";
  run.info.total_work = 50;
  run.phases.resize(2);
  run.progress = {{Seconds{0}, 0, 0}, {Seconds{5}, 20, 0}, {Seconds{6}, 0, 1}, {Seconds{9}, 30, 1}};
  const auto replay = *replay_of(run);
  EXPECT_NEAR(replay.work(), 50, 1e-9);
  EXPECT_TRUE(replay.complete());
}

TEST(Replay, DividesUnitsAtConstantSpeedWhereAsked) {
  const auto run = recorded_run({.epochs = 4, .seconds = 100, .watts = 100});
  EXPECT_EQ(replay_of(run)->movements.size(), 4u);
  const auto fine = *replay_of(run, {.divide_units = true});
  EXPECT_GE(fine.movements.size(), 390u);  // a second or a quarter of a percent each
  EXPECT_EQ(fine.units.size(), 4u);
  EXPECT_NEAR(fine.energy().value(), 40'000, 1e-6);
  auto unmetered = run;
  unmetered.traces.clear();
  EXPECT_EQ(replay_of(unmetered, {.divide_units = true})->movements.size(), 4u);
}

TEST(History, HasMomentsWithinEpochsWhereProgressWasRecorded) {
  auto run = recorded_run({.epochs = 4, .seconds = 10, .watts = 100});
  add_progress(run);
  const auto history = *project_history(run);
  EXPECT_GT(history.moments.size(), 20u);
  EXPECT_LT(history.moments.front().projection.share, 0.06);
  EXPECT_TRUE(history.moments.front().within_epoch);
  // an epoch's number means its end
  const auto& second = history.moments[*find_moment(history, "1")];
  EXPECT_DOUBLE_EQ(second.time.value(), 20);
  EXPECT_NEAR(second.projection.share, 0.5, 1e-9);
  EXPECT_LT(history.moments[*find_moment(history, "10%")].projection.share, 0.15);
  EXPECT_NEAR(history.measured->value(), 4000, 1e-6);
}

TEST(History, ProjectsAfterEachEpochAndComparesWithTheEnd) {
  auto run = recorded_run({.epochs = 20, .seconds = 10, .watts = 100});
  const auto history = *project_history(run, {.ask_work = 15, .ask_budget = Joules{12'345}});
  ASSERT_EQ(history.moments.size(), 20u);
  EXPECT_NEAR(history.measured->value(), 20'000, 1e-6);
  const auto& moment = history.moments[9];
  EXPECT_NEAR(moment.projection.total.value.value(), 20'000, 1);
  EXPECT_NEAR(moment.cost_at->value.value(), 15'000, 1);
  EXPECT_NEAR(moment.work_at_budget->value, 12.345, 0.001);
  EXPECT_FALSE(history.moments[17].cost_at);
  EXPECT_EQ(*find_moment(history, "50%"), 9u);
  EXPECT_EQ(*find_moment(history, "7"), 7u);
  EXPECT_EQ(*find_moment(history, ""), 19u);
  for (const auto* bad : {"0%", "150%", "x", "99", "-1", "5 %%"})
    EXPECT_FALSE(find_moment(history, bad)) << bad;
}

TEST(History, OfAHalfFinishedRunHasNoMeasuredTotal) {
  auto run = recorded_run({.epochs = 20, .seconds = 10, .watts = 100});
  run.info.total_work = 50;
  const auto history = *project_history(run);
  EXPECT_FALSE(history.measured);
  EXPECT_NEAR(history.moments.back().projection.total.value.value(), 50'000, 1);
  EXPECT_FALSE(find_moment(history, "60%"));
}

TEST(History, EnergyOutsideOfTheEpochsIsInTheTotal) {
  auto run = recorded_run({.epochs = 10, .seconds = 10, .watts = 100});
  for (auto& epoch : run.epochs) epoch.span.begin += Seconds{30}, epoch.span.end += Seconds{30};
  run.span.end = Seconds{130};
  auto& trace = run.traces.front();
  trace.times.push_back(130);
  trace.values.push_back(trace.values.back());
  const auto history = *project_history(run);
  EXPECT_NEAR(history.moments[5].projection.total.value.value(), 10'000 + 3'000,
              1);  // 30 s of loading at 100 W
}

TEST(History, EarlyStoppingNeedsItsMetric) {
  auto run = recorded_run({.epochs = 10, .seconds = 10, .watts = 100});
  HistoryOptions options{.early_stopping = EarlyStoppingRule{.max_epochs = 40, .patience = 3}};
  EXPECT_FALSE(project_history(run, options));
  options.watched_metric = "val_loss";
  EXPECT_FALSE(project_history(run, options));
  for (auto& epoch : run.epochs) epoch.metrics["val_loss"] = 1.0 / (epoch.index + 1);
  options.early_stopping->higher_is_better = false;
  const auto history = project_history(run, options);
  ASSERT_TRUE(history) << to_string(history.error());
  EXPECT_DOUBLE_EQ(history->total_work, 40);
  const auto& p = history->moments.back().projection;
  EXPECT_NEAR(p.total.value.value(), 40'000, 1);
  EXPECT_LE(p.expected->total.value, p.total.value);
}

TEST(History, OfAnEmptyTraceIsRefused) {
  auto run = recorded_run({.epochs = 4, .seconds = 10, .watts = 100});
  run.traces.clear();
  const auto history = project_history(run);
  ASSERT_FALSE(history);
  EXPECT_THAT(to_string(history.error()), HasSubstr("no energy was measured"));
}

}  // namespace
}  // namespace joulecast::estimate
