// Why a forecast is not relied on.
#include <gtest/gtest.h>

#include "trace/run_collector.hpp"
#include "unit/measure/heard_training.hpp"

namespace joulecast::measure {
namespace {

using progress::EventKind;
using trace::ForecastDoubt;

TEST(Training, AmountsThatNoTrainingHasEndNothing) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  bool learned = false;
  training.when_total_is_learned([&](double, const std::string&) { learned = true; });
  auto begin = event(EventKind::run_begin, 0, 0);
  begin.total_work = 5e-324;
  auto end = event(EventKind::epoch_end, 2, 2);
  end.work = 1e308;
  training.hear({begin, end});
  training.update(steady(100));
  EXPECT_EQ(training.epochs(), 1u);
  EXPECT_FALSE(training.projection());
  EXPECT_FALSE(learned) << "a total that cannot be is not kept for later either";
}

TEST(Training, OutputThatComesAtOnceGivesNoEnergiesAndNoForecast) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  for (int i = 1; i <= 5; ++i) {
    auto end = event(EventKind::epoch_end, 50, i);
    end.evidence = progress::Evidence::stated;
    end.total_epochs = 5;
    training.hear({end});
  }
  training.update(steady(1000));
  EXPECT_FALSE(training.projection());
  training.finish(at(50), steady(1000));
  ASSERT_TRUE(collector.end({}));
  const auto& run = collector.runs().back();
  ASSERT_EQ(run.epochs.size(), 5U);
  for (const auto& epoch : run.epochs) EXPECT_EQ(epoch.span.length(), Seconds{0}) << epoch.index;
  EXPECT_TRUE(run.projections.empty());
}

TEST(Training, StepsThatArePrintedForAnEpochAreNotActedOnBeforeOneEnds) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  auto begin = event(EventKind::epoch_begin, 0, 1);
  begin.total_epochs = 3;
  begin.evidence = progress::Evidence::stated;
  training.hear({begin});
  for (int step = 1; step <= 290; ++step) {
    auto heard = event(EventKind::progress, step, 1);
    heard.evidence = progress::Evidence::stated;
    heard.scope = progress::Scope::epoch;
    heard.work = step;
    heard.total_work = 300;
    training.hear({heard});
    training.update(steady(1000));
    if (step < 20) continue;
    ASSERT_TRUE(training.projection());
    EXPECT_EQ(training.doubt(), ForecastDoubt::none);
    EXPECT_EQ(training.projection()->ready, step >= 100) << step;
    EXPECT_FALSE(training.may_act());
  }
}

TEST(Training, ThatMayStopEarlyIsForecastAsAMaximum) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 50, .steps = {}}, nowhere);
  for (int i = 0; i < 20; ++i) training.hear({event(EventKind::epoch_begin, 2.0 * i, i)});
  training.update(steady(100));
  ASSERT_TRUE(training.projection());
  EXPECT_TRUE(training.projection()->ready);
  training.hear({event(EventKind::may_end_early, 38.5, 0), event(EventKind::epoch_begin, 40, 20)});
  training.update(steady(100));
  const auto& p = *training.projection();
  EXPECT_FALSE(p.ready);
  EXPECT_EQ(p.total.interval->low, p.used);
  EXPECT_NEAR(p.duration.interval->low.value(), 40, 1e-9);
  EXPECT_NEAR(p.total.value.value(), 10'000, 10);
}

/// Twenty of forty epochs, of which we know in this way.
void hear_half(Training& training, progress::Evidence evidence, double told_total = 40) {
  for (int i = 0; i <= 20; ++i) {
    auto begin = event(EventKind::epoch_begin, 2.0 * i, i);
    begin.evidence = evidence;
    begin.total_epochs = told_total;
    training.hear({begin});
  }
  training.update(steady(100));
  ASSERT_TRUE(training.projection());
}

TEST(Training, WhatIsOnlyGuessedIsNeverReady) {
  trace::NullSink nowhere;
  for (const auto evidence : {progress::Evidence::stated, progress::Evidence::guessed}) {
    Training training(at(0), {}, nowhere);
    hear_half(training, evidence);
    const bool guessed = evidence == progress::Evidence::guessed;
    EXPECT_EQ(training.projection()->ready, !guessed);
    EXPECT_EQ(training.doubt(), guessed ? ForecastDoubt::guessed : ForecastDoubt::none);
  }
}

TEST(Training, AnotherTotalThanTheUsersIsADoubt) {
  trace::NullSink nowhere;
  Training training(at(0), {.epochs = 40, .steps = {}}, nowhere);
  hear_half(training, progress::Evidence::stated, 50);
  EXPECT_FALSE(training.projection()->ready);
  EXPECT_EQ(training.doubt(), ForecastDoubt::other_total);
}

TEST(Training, ADoubtWithoutWorkUnsettlesTheForecastAtOnce) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  hear_half(training, progress::Evidence::stated);
  auto back = event(EventKind::epoch_begin, 60, 7);
  back.evidence = progress::Evidence::stated;
  training.hear({back});
  training.update(steady(100));
  EXPECT_EQ(training.doubt(), ForecastDoubt::contradictory);
  EXPECT_FALSE(training.projection() && training.projection()->ready);
}

TEST(Training, MoreWorkThanAnnouncedWithdrawsTheForecastForGood) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int step = 1; step <= 160; ++step) {
    auto heard = event(EventKind::progress, step, 0);
    heard.epoch.reset();
    heard.work = step;
    if (step == 1) heard.total_work = 40;
    heard.unit = progress::Unit::step;
    heard.evidence = progress::Evidence::stated;
    training.hear({heard});
    training.update(steady(1000));
    EXPECT_EQ(training.exceeded(), step > 40) << step;
    EXPECT_EQ(training.projection().has_value(), step <= 40) << step;
  }
  training.finish(at(160), steady(1000));
  EXPECT_EQ(training.doubt(), ForecastDoubt::contradictory);
  EXPECT_FALSE(training.projection());
}

TEST(Training, AResumedRunMayCountFromZeroOrOne) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  std::optional<double> total;
  training.when_total_is_learned([&](double work, const std::string&) { total = work; });
  for (int i = 12; i <= 24; ++i) {
    auto begin = event(EventKind::epoch_begin, 2.0 * (i - 12), i);
    begin.evidence = progress::Evidence::stated;
    begin.total_epochs = 24;
    training.hear({begin});
    training.update(steady(1000));
    if (i == 12 || i == 24) continue;
    ASSERT_TRUE(training.projection());
    for (const double epochs : {12, 13})
      EXPECT_TRUE(training.projection()->total.interval->contains(Joules{200 * epochs})) << i;
    EXPECT_FALSE(training.projection()->ready) << i;
  }
  EXPECT_EQ(total, 13) << "that is kept, whatever is expected";
  EXPECT_NEAR(training.projection()->total.value.value(), 2600, 1) << "number 24 of 24 counts from 1";
}

}  // namespace
}  // namespace joulecast::measure
