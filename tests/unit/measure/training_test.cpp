// What is projected for a training while it runs, and what its record keeps of that.
#include <gtest/gtest.h>

#include "trace/run_collector.hpp"
#include "unit/measure/heard_training.hpp"

namespace joulecast::measure {
namespace {

using progress::EventKind;

TEST(Training, AnEpochsEnergyIsKnownOnlyOnceReadingsReachItsEnd) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 4, .steps = {}}, nowhere);
  training.hear({event(EventKind::epoch_begin, 1, 0), event(EventKind::epoch_begin, 3, 1)});
  EXPECT_FALSE(training.update(steady(2.5)));
  EXPECT_EQ(training.epochs(), 1u);
  EXPECT_FALSE(training.projection());
  EXPECT_TRUE(training.update(steady(3.5)));
}

TEST(Training, ProjectsTheWholeRunWithWhatLiesOutsideOfEpochs) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 4, .steps = {}}, nowhere);
  double t = 5;  // five seconds of preparation
  for (int i = 0; i < 3; ++i, t += 2) training.hear({event(EventKind::epoch_begin, t, i)});
  training.update(steady(100));
  ASSERT_TRUE(training.projection());
  // 5 s before the first epoch and 4 epochs of 2 s, all at 100 W.
  EXPECT_NEAR(training.projection()->total.value.value(), 1300, 1);
  EXPECT_NEAR(training.projection()->share, 0.5, 1e-9);
  ASSERT_TRUE(training.probability_above(Joules{10'000}));
  EXPECT_LT(*training.probability_above(Joules{10'000}), 0.5);
  EXPECT_GT(*training.probability_above(Joules{600}), 0.5);
}

/// Six of ten epochs, 5 s and 500 J each, before this run.
Earlier six_epochs() {
  Earlier earlier;
  earlier.segments = 1;
  earlier.duration = Seconds{30};
  earlier.energy = Joules{3000};
  earlier.phase = trace::Phase{"train", "epoch", {Seconds{0}, Seconds{30}}, 6, 10, {}, 0};
  earlier.first_epoch = 0;
  for (int i = 0; i < 6; ++i)
    earlier.movements.push_back({.work = 1,
                                 .span = {Seconds{5.0 * i}, Seconds{5.0 * i + 5}},
                                 .energy = Joules{500},
                                 .epoch_end = true});
  return earlier;
}

TEST(Training, GoesOnFromACheckpointAndProjectsTheWholeTraining) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {.epochs = 10, .first_epoch = 0}, collector, six_epochs());
  training.hear({event(EventKind::epoch_begin, 2, 4), event(EventKind::epoch_begin, 7, 5)});
  training.update(steady(8));
  ASSERT_TRUE(training.projection());
  // What was used before, 2 s until the first epoch, and six epochs: two of them are done again.
  EXPECT_NEAR(training.projection()->total.value.value(), 3000 + 200 + 3000, 30);
  EXPECT_NEAR(training.projection()->duration.value.value(), 30 + 2 + 30, 0.5);
  EXPECT_NEAR(training.projection()->share, 0.5, 1e-9);
  EXPECT_GT(*training.probability_above(Joules{5000}), 0.9) << "limits count the whole";
  for (int i = 6; i < 10; ++i) training.hear({event(EventKind::epoch_begin, 5.0 * i - 18, i)});
  training.hear({event(EventKind::epoch_end, 32, 9)});
  training.finish(at(32), steady(100));
  const auto& run = collector.runs().back();
  EXPECT_EQ(run.phases.front().done_before, 4.0);
  EXPECT_NEAR(run.projections.back().total.value(), 6200, 1);
  EXPECT_NEAR(run.projections.back().time.value(), 32, 1e-6) << "on this run's own axis";
}

TEST(Training, WithoutProgressOfTheEarlierRunItsEnergyIsCountedAllTheSame) {
  trace::NullSink nowhere;
  auto earlier = six_epochs();
  earlier.movements.clear();
  Training training(at(0), {.epochs = 10, .first_epoch = 0}, nowhere, earlier);
  training.hear({event(EventKind::epoch_begin, 0, 6), event(EventKind::epoch_begin, 5, 7)});
  training.update(steady(8));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 3000 + 2000, 30);
}

TEST(Training, TheLastForecastOfARunThatWentOnAfterItsWorkIsNotReady) {
  for (const double end : {40.1, 60.0}) {
    trace::RunCollector collector;
    collector.begin({});
    Training training(at(0), {.epochs = 20, .steps = {}}, collector);
    for (int i = 0; i <= 20; ++i)
      training.hear(
          {event(i < 20 ? EventKind::epoch_begin : EventKind::epoch_end, 2.0 * i, std::min(i, 19))});
    training.finish(at(end), steady(100));
    const auto& run = collector.runs().back();
    ASSERT_FALSE(run.projections.empty());
    EXPECT_EQ(run.projections.back().share, 1);
    EXPECT_EQ(run.projections.back().ready, end < 41) << end;
  }
}

/// A loop of 100 epochs, 2 s each, that is left after 16 of them.
void leave_early(Training& training) {
  auto begin = event(EventKind::phase_begin, 0, 0);
  begin.unit = progress::Unit::epoch;
  begin.total_work = 100;
  training.hear({begin});
  for (int i = 0; i < 16; ++i)
    training.hear({event(EventKind::epoch_begin, 2.0 * i, i), event(EventKind::epoch_end, 2.0 * i + 2, i)});
  training.update(steady(32));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 20'000, 1);
  EXPECT_TRUE(training.projection()->ready);
  training.hear({event(EventKind::phase_end, 32, 0)});
}

TEST(Training, OfALoopThatWasLeftNoMoreIsExpected) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  std::vector<double> learned;
  training.when_total_is_learned([&](double total, const std::string&) { learned.push_back(total); });
  leave_early(training);
  training.update(steady(34));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 3200, 1);
  EXPECT_EQ(training.projection()->share, 1);
  training.finish(at(40), steady(100));
  const auto& run = collector.runs().back();
  EXPECT_NEAR(run.projections.back().total.value(), 3200, 1);
  EXPECT_FALSE(run.projections.back().ready) << "it went on for 8 s";
  EXPECT_EQ(run.phases.back().total_work, 100) << "what was announced stays known";
  for (const double total : learned) EXPECT_EQ(total, 100);
}

TEST(Training, ATrainingThatFailedKeepsTheForecastOfItsWhole) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  leave_early(training);  // an exception leaves the loop as well
  training.finish(at(32.1), steady(100), /*as_planned=*/false);
  EXPECT_NEAR(collector.runs().back().projections.back().total.value(), 20'000, 1);
}

TEST(Training, WithoutATotalThereIsNoProjection) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int i = 0; i < 5; ++i) training.hear({event(EventKind::epoch_begin, 2.0 * i, i)});
  training.update(steady(100));
  EXPECT_EQ(training.epochs(), 4u);
  EXPECT_FALSE(training.projection()) << "never a number from nothing";
}

TEST(Training, TheTrainingsOwnWordOnTheTotalCounts) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 100, .steps = {}}, nowhere);
  auto first = event(EventKind::epoch_begin, 0, 0);
  first.total_epochs = 5;
  training.hear({first, event(EventKind::epoch_begin, 2, 1)});
  training.update(steady(100));
  EXPECT_EQ(training.total_epochs(), 5);
}

TEST(Training, ProjectsAsSoonAsTheTotalIsTold) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int i = 0; i < 5; ++i) training.hear({event(EventKind::epoch_begin, 2.0 * i, i)});
  training.update(steady(100));
  ASSERT_FALSE(training.projection());
  auto told = event(EventKind::metric, 8.5, 4);
  told.name = "loss";
  told.total_epochs = 10;
  training.hear({told});
  training.update(steady(100));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 2000, 1);
}

TEST(Training, RemembersWhenALongEpochBegan) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 4, .steps = {}}, nowhere);
  training.hear({event(EventKind::epoch_begin, 5, 0)});
  training.update(steady(100));
  training.hear({event(EventKind::epoch_begin, 9'005, 1)});
  const EnergyUntil forgetful = [](Seconds t) {
    return t.value() > 5'000 ? std::optional{Joules{100 * t.value()}} : std::nullopt;
  };
  training.update(forgetful);
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 500 + 4 * 900'000, 1);
}

TEST(Training, WhatALimitActsOnIsStored) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {.epochs = {}, .steps = 10'000.0}, collector);
  for (int step = 1; step <= 1040; ++step) {
    auto heard = event(EventKind::progress, step, 0);
    heard.epoch.reset();
    heard.work = step;
    heard.unit = progress::Unit::step;
    training.hear({heard});
    training.update(steady(100'000));
  }
  training.keep_projection();
  training.keep_projection();  // the same one again
  ASSERT_TRUE(collector.end({}));
  const auto& stored = collector.runs().back().projections;
  ASSERT_GE(stored.size(), 2u);
  EXPECT_NEAR(stored.back().share, 0.104, 0.0003);
  EXPECT_LT(stored[stored.size() - 2].share, 0.103) << "once";
}

TEST(Training, WhatWasUsedBeforeTheFirstStepIsCountedOnce) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int step = 1; step <= 20; ++step) {
    auto heard = event(EventKind::progress, 50 + 2 * step, 1);
    heard.scope = progress::Scope::epoch;
    heard.work = step;
    heard.total_work = 40;
    heard.total_epochs = 2;
    training.hear({heard});
  }
  training.update(steady(1000));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->total.value.value(), 5200 + 2 * 8000, 500);
}

TEST(Training, ForecastsFromEpochsAloneOnceTheirStepsProveWrong) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int epoch = 1; epoch <= 6; ++epoch) {
    auto begin = event(EventKind::epoch_begin, 20 * (epoch - 1), epoch);
    begin.total_epochs = 6;
    begin.evidence = progress::Evidence::stated;
    training.hear({begin});
    for (int step = 1; step <= 10; ++step) {
      auto heard = event(EventKind::progress, 20 * (epoch - 1) + 2 * step, epoch);
      heard.evidence = progress::Evidence::stated;
      heard.scope = progress::Scope::epoch;
      heard.work = 10 * (epoch - 1) + step;
      heard.total_work = 60;
      training.hear({heard});
      training.update(steady(1000));
      if (epoch > 1) {
        EXPECT_NEAR(training.projection()->total.value.value(), 12'000, 400) << epoch << ": " << step;
      }
    }
  }
  EXPECT_TRUE(training.projection()->ready);
}

TEST(Training, StepsThatArePrintedEveryTenAreCounted) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  auto begin = event(EventKind::epoch_begin, 0, 1);
  begin.total_epochs = 5;
  begin.evidence = progress::Evidence::stated;
  training.hear({begin});
  for (int step = 10; step < 200; step += 10) {
    auto heard = event(EventKind::progress, step, 1);
    heard.evidence = progress::Evidence::stated;
    heard.scope = progress::Scope::epoch;
    heard.work = step;
    heard.total_work = 200;
    training.hear({heard});
    training.update(steady(1000));
    EXPECT_EQ(training.projection() && training.projection()->ready, step >= 100) << step;
  }
}

TEST(Training, ABurstIsProjectedOnceForWhatIsKept) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  for (int step = 1; step <= 900; ++step) {
    auto heard = event(EventKind::progress, step, 0);
    heard.epoch.reset();
    heard.work = step;
    heard.total_work = 1000;
    heard.unit = progress::Unit::step;
    training.hear({heard});
  }
  training.update(steady(10'000));
  ASSERT_TRUE(training.projection());
  EXPECT_NEAR(training.projection()->share, 0.9, 0.002) << "up to the last advance";
  ASSERT_TRUE(collector.end({}));
  const auto& projections = collector.runs().back().projections;
  EXPECT_GE(projections.size(), 60u);
  EXPECT_LE(projections.size(), 91u);
}

TEST(Training, AnEpochsStepsAreToldToTheForecastBeforeTheFirstEnds) {
  // Two trainings, equal but that one tells how many epochs its steps are.
  std::vector<double> highs;
  for (const bool told : {false, true}) {
    trace::NullSink nowhere;
    Training training(at(0), {.epochs = told ? std::optional{4.0} : std::nullopt, .steps = {}}, nowhere);
    for (int step = 1; step <= 20; ++step) {
      auto heard = event(EventKind::progress, step, 0);
      heard.epoch.reset();
      heard.work = step;
      heard.total_work = 400;
      heard.unit = progress::Unit::step;
      training.hear({heard});
    }
    training.update(steady(1000));
    ASSERT_TRUE(training.projection());
    highs.push_back(training.projection()->total.interval->high.value());
  }
  EXPECT_LT(highs[1], 0.98 * highs[0])
      << "room for a validation per epoch, and not for any number of evaluations";
}

TEST(Training, EndsAnOpenEpochWithTheCommand) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 2, .steps = {}}, nowhere);
  training.hear({event(EventKind::epoch_begin, 1, 0)});
  training.finish(at(3), steady(100));
  EXPECT_EQ(training.epochs(), 1u);
}

TEST(Training, HowItGoesDownSaysNothingOfItsForecast) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {.epochs = 100, .steps = {}}, collector);
  for (int i = 0; i <= 16; ++i) training.hear({event(EventKind::epoch_begin, 2.0 * i, i)});
  training.update(steady(32));
  ASSERT_TRUE(training.projection()->ready);
  const auto total = training.projection()->total.value;
  training.end_forecasts();
  // it saves its state for long, and says something that contradicts what it said before
  training.hear({event(EventKind::epoch_begin, 90, 17), event(EventKind::epoch_begin, 91, 3)});
  training.finish(at(95), steady(100), /*as_planned=*/false);
  EXPECT_EQ(training.projection()->total.value, total);
  EXPECT_EQ(training.doubt(), trace::ForecastDoubt::none);
  const auto& stored = collector.runs().back().projections;
  ASSERT_FALSE(stored.empty());
  EXPECT_TRUE(stored.back().ready);
  EXPECT_EQ(stored.back().total, total);
}

}  // namespace
}  // namespace joulecast::measure
