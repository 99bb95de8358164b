// Tests the adaptive estimator on synthetic trainings with known totals.
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace joulecast::estimate {
namespace {

using testing::make;
using testing::Recipe;
using testing::watch;
using testing::watch_many;

TEST(AdaptiveSynthetic, SteadyTrainingIsKnownFromItsFirstUnits) {
  const auto seen = watch_many({}, {6, 10, 20, 50});
  EXPECT_LT(seen.mean_error, 0.004);  // a mean of 5 units with 1 % noise is 0.45 % off at most on average
  EXPECT_GE(seen.coverage, 0.9);
  EXPECT_GE(seen.duration_coverage, 0.9);
  EXPECT_GT(seen.ready, 0.9);
}

TEST(AdaptiveSynthetic, IsNotReadyBeforeItCanTell) {
  const auto estimates = watch(make({}, 1));
  for (int n = 0; n < 4; ++n) EXPECT_FALSE(estimates[n].ready) << n;
  // The interval says so: after one unit, everything may have been start-up.
  EXPECT_GT(estimates[0].total.interval->width() / estimates[0].total.value, 0.5);
}

TEST(AdaptiveSynthetic, WarmUpUnitIsNotExtrapolated) {
  Recipe warm;
  warm.power = [](int i) { return i == 0 ? 180.0 : 300.0; };
  const auto seen = watch_many(warm, {6, 10, 30});
  EXPECT_LT(seen.mean_error, 0.005);
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, RampIsWaitedFor) {
  Recipe ramp;
  ramp.power = [](int i) { return 300 - 150 * std::exp(-i / 2.0); };
  ramp.noise = 0.003;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const auto run = make(ramp, seed);
    const auto estimates = watch(run);
    for (std::size_t n = 0; n < estimates.size(); ++n)
      if (estimates[n].ready) {
        EXPECT_NEAR(estimates[n].total.value.value() / run.energy(), 1, 0.03) << seed << " after " << n;
        break;
      }
  }
  const auto seen = watch_many(ramp, {2, 3, 4, 12, 20});
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, StepChangeStartsANewRegime) {
  Recipe step;
  step.power = [](int i) { return i < 10 ? 200.0 : 300.0; };
  const auto after = watch_many(step, {13, 15, 20, 40});
  EXPECT_LT(after.mean_error, 0.006);
  EXPECT_GE(after.coverage, 0.9);
  EXPECT_GT(after.ready, 0.95);
}

// As in fine-tuning after frozen epochs. Nothing announces the step, so the interval must allow for it from
// the start.
TEST(AdaptiveSynthetic, IntervalHoldsAStepThatIsYetToCome) {
  Recipe step;
  step.power = [](int i) { return i < 10 ? 240.0 : 300.0; };
  EXPECT_GE(watch_many(step, {1, 2, 4, 6, 8, 10}).coverage, 0.9);
  step.power = [](int i) { return i < 40 ? 240.0 : 300.0; };
  EXPECT_GE(watch_many(step, {1, 2, 4, 6, 8, 10, 20}).coverage, 0.9);
}

TEST(AdaptiveSynthetic, ReadinessIsWithdrawnAtAChangeAndComesBackSoon) {
  Recipe step;
  step.power = [](int i) { return i < 20 ? 200.0 : 300.0; };
  step.noise = 0.005;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const auto estimates = watch(make(step, seed));
    EXPECT_TRUE(estimates[19].ready) << seed;
    EXPECT_FALSE(estimates[20].ready) << seed;
    EXPECT_FALSE(estimates[21].ready) << seed;
    EXPECT_TRUE(estimates[22].ready || estimates[23].ready) << seed;
  }
}

TEST(AdaptiveSynthetic, SmallShiftThatNoSingleUnitShowsIsFound) {
  Recipe shift;
  shift.power = [](int i) { return i < 15 ? 300.0 : 306.0; };  // 2 %, inside the band of one unit
  shift.noise = 0.002;
  const auto seen = watch_many(shift, {25, 40});
  EXPECT_LT(seen.mean_error, 0.002);  // without a new regime the 15 old units would cause an error of 0.6 %
}

TEST(AdaptiveSynthetic, DriftWidensTheInterval) {
  Recipe drift;
  drift.power = [](int i) { return 300 + 0.3 * i; };  // 0.1 % a unit: 10 % over the run
  drift.noise = 0.003;
  const auto seen = watch_many(drift, {30, 50, 70});
  EXPECT_GE(seen.coverage, 0.9);
  EXPECT_LT(seen.mean_error, 0.04);
}

TEST(AdaptiveSynthetic, PeriodicEvaluationBelongsToTheCycle) {
  Recipe evaluation;
  evaluation.seconds = [](int i) { return i % 5 == 4 ? 84.0 : 60.0; };  // every fifth unit 40 % longer
  evaluation.noise = 0.005;
  const auto seen = watch_many(evaluation, {15, 20, 30, 52});
  EXPECT_LT(seen.mean_error, 0.01);  // leaving evaluations out would be 7.4 % off
  EXPECT_GE(seen.coverage, 0.9);
  EXPECT_GE(seen.duration_coverage, 0.9);
  // Once the pattern is known, an evaluation causes no doubt.
  EXPECT_GT(watch_many(evaluation, {25, 30, 45}).ready, 0.9);
}

TEST(AdaptiveSynthetic, AlternatingPhasesAreOneCycle) {
  Recipe alternating;
  alternating.power = [](int i) { return i % 9 < 6 ? 300.0 : 330.0; };
  alternating.noise = 0.003;
  alternating.units = 120;
  const auto seen = watch_many(alternating, {40, 54, 60});
  EXPECT_LT(seen.mean_error, 0.012);
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, ThrottlingThatPassesIsAnExcursion) {
  Recipe throttled;
  throttled.power = [](int i) { return i >= 20 && i < 22 ? 220.0 : 300.0; };
  throttled.seconds = [](int i) { return i >= 20 && i < 22 ? 90.0 : 60.0; };
  const auto seen = watch_many(throttled, {24, 30, 50});
  EXPECT_LT(seen.mean_error, 0.01);
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, ThrottlingThatStaysIsARegime) {
  Recipe throttled;
  throttled.power = [](int i) { return i >= 20 ? 220.0 : 300.0; };
  throttled.seconds = [](int i) { return i >= 20 ? 75.0 : 60.0; };  // energy falls, time rises
  const auto seen = watch_many(throttled, {24, 30, 50});
  EXPECT_LT(seen.mean_error, 0.01);
  EXPECT_GE(seen.coverage, 0.9);
  EXPECT_GE(seen.duration_coverage, 0.9);
}

TEST(AdaptiveSynthetic, PauseIsNotExtrapolated) {
  Recipe paused;
  paused.seconds = [](int i) { return i == 30 ? 900.0 : 60.0; };  // a suspended machine, at idle power
  paused.power = [](int i) { return i == 30 ? 40.0 : 300.0; };
  const auto seen = watch_many(paused, {33, 40, 60});
  EXPECT_LT(seen.mean_error, 0.02);
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, TruncatedLastUnitAndLongFirstUnitGoByWork) {
  Recipe uneven;
  uneven.units = 41;
  uneven.work = [](int i) { return i == 0 ? 4.0 : i == 40 ? 0.3 : 1.0; };
  uneven.seconds = [&](int i) { return 60 * uneven.work(i); };
  const auto seen = watch_many(uneven, {6, 10, 40});
  EXPECT_LT(seen.mean_error, 0.005);  // counting units instead of work would be 6 % off
  EXPECT_GE(seen.coverage, 0.9);
}

TEST(AdaptiveSynthetic, MissingEnergyIsFilledInFromTheOtherUnits) {
  auto run = make({}, 7);
  const double truth = run.energy();
  for (const std::size_t i : {3u, 8u, 9u}) run.units[i].energy.reset();
  Adaptive adaptive({.total_work = run.total_work()});
  for (int n = 0; n < 20; ++n) ASSERT_TRUE(adaptive.observe(run.units[static_cast<std::size_t>(n)]));
  EXPECT_NEAR(adaptive.total()->value.value() / truth, 1, 0.005);
  EXPECT_TRUE(adaptive.total()->interval->contains(Joules{truth}));
}

TEST(AdaptiveSynthetic, NothingMeasuredIsNothingKnown) {
  Adaptive adaptive({.total_work = 10});
  EXPECT_FALSE(adaptive.estimate());
  ASSERT_TRUE(adaptive.observe({.work = 1, .duration = Seconds{60}}));
  EXPECT_FALSE(adaptive.estimate());
  EXPECT_FALSE(adaptive.ready());
}

TEST(AdaptiveSynthetic, WhenAllIsDoneOnlyAnEndPhaseMayCome) {
  const auto run = make({}, 3);
  const auto last = watch(run).back();
  EXPECT_TRUE(last.ready);
  EXPECT_DOUBLE_EQ(last.total.value.value(), run.energy());
  EXPECT_DOUBLE_EQ(last.total.interval->low.value(), run.energy());
  const double unit = run.energy() / 100;
  EXPECT_GT(last.total.interval->high.value(), run.energy() + unit / 2);
  EXPECT_LT(last.total.interval->high.value(), run.energy() + 4 * unit);
}

TEST(AdaptiveSynthetic, PriorLeadsAtFirstAndIsWashedOut) {
  const auto run = make({}, 5);
  const Prior wrong{Joules{run.energy() * 1.3}, 0.15};
  const auto with = watch(run, wrong);
  const auto without = watch(run);
  const double truth = run.energy();
  EXPECT_GT(with[0].total.value.value(), truth * 1.1);  // one unit is weak evidence, so the prior dominates
  EXPECT_LT(with[30].total.value.value(), truth * 1.03);
  EXPECT_LT(with[80].total.value.value(), truth * 1.005);
  // A correct prior narrows the early interval.
  const auto right = watch(run, Prior{Joules{truth}, 0.05});
  EXPECT_LT(right[0].total.interval->width(), without[0].total.interval->width());
  EXPECT_TRUE(right[0].total.interval->contains(Joules{truth}));
}

TEST(AdaptiveSynthetic, PriorAloneAnswersBeforeTheFirstUnit) {
  Adaptive adaptive({.total_work = 10, .prior = Prior{Joules{1000}, 0.1}});
  const auto e = adaptive.estimate();
  ASSERT_TRUE(e);
  EXPECT_DOUBLE_EQ(e->total.value.value(), 1000);
  EXPECT_NEAR(e->total.interval->high.value(), 1000 * std::exp(1.6449 * 0.1), 0.01);
  EXPECT_FALSE(e->ready);
}

// ---- properties

TEST(AdaptiveProperties, ScalingPowerOrTimeScalesTheEstimate) {
  Recipe recipe;
  recipe.power = [](int i) { return i < 12 ? 200.0 : i % 6 == 0 ? 330.0 : 290.0; };
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto run = make(recipe, seed);
    for (const double factor : {1e-3, 0.37, 42.0, 1e6}) {
      auto scaled = run;
      for (auto& unit : scaled.units)
        unit.energy = *unit.energy * factor, unit.duration = unit.duration * factor;
      const auto a = watch(run);
      const auto b = watch(scaled);
      for (std::size_t n = 0; n < a.size(); ++n) {
        EXPECT_NEAR(b[n].total.value.value() / a[n].total.value.value() / factor, 1, 1e-9);
        EXPECT_NEAR(b[n].total.interval->low.value() / a[n].total.interval->low.value() / factor, 1, 1e-6);
        EXPECT_NEAR(b[n].total.interval->high.value() / a[n].total.interval->high.value() / factor, 1, 1e-6);
        EXPECT_NEAR(b[n].duration->value.value() / a[n].duration->value.value() / factor, 1, 1e-9);
        EXPECT_EQ(b[n].ready, a[n].ready);
      }
    }
  }
}

TEST(AdaptiveProperties, ScalingTheUnitOfWorkChangesNothing) {
  const auto run = make({}, 11);
  auto samples = run;
  for (auto& unit : samples.units) unit.work *= 50'000;
  const auto a = watch(run);
  const auto b = watch(samples);
  for (std::size_t n = 0; n < a.size(); ++n) {
    EXPECT_NEAR(b[n].total.value / a[n].total.value, 1, 1e-9);
    EXPECT_EQ(b[n].ready, a[n].ready);
  }
}

TEST(AdaptiveProperties, MoreUnitsOfOneRegimeNarrowTheIntervalOnAverage) {
  double previous = 1e9;
  for (const int n : {2, 4, 8, 16, 32, 64, 90}) {
    double width = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
      const auto run = make({}, seed);
      const auto e = watch(run)[static_cast<std::size_t>(n) - 1];
      width += e.total.interval->width() / e.total.value;
    }
    EXPECT_LT(width, previous) << "after " << n;
    previous = width;
  }
}

TEST(AdaptiveProperties, IntervalsHoldTheEstimateAndWhatWasUsed) {
  Recipe wild;
  wild.noise = 0.3;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const auto run = make(wild, seed);
    Adaptive adaptive({.total_work = run.total_work()});
    for (const auto& unit : run.units) {
      auto sane = unit;
      sane.energy = Joules{std::max(0.0, unit.energy->value())};
      ASSERT_TRUE(adaptive.observe(sane));
      const auto e = *adaptive.total();
      EXPECT_LE(e.interval->low, e.value);
      EXPECT_GE(e.interval->high, e.value);
      EXPECT_GE(e.interval->low, adaptive.used());
    }
  }
}

}  // namespace
}  // namespace joulecast::estimate
