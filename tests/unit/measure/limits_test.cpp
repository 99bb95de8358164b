#include "measure/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/recorded_limit_state.hpp"

namespace joulecast::measure {
namespace {

using ::testing::HasSubstr;
using trace::ForecastDoubt;

/// A training that uses 100 W and is expected to use 5 kJ.
LimitState at(double seconds, ForecastDoubt doubt = ForecastDoubt::none) {
  LimitState state;
  state.elapsed = Seconds{seconds};
  state.used = Joules{100 * seconds};
  state.projected = Joules{5000};
  state.ready = doubt == ForecastDoubt::none;
  state.probability_above = 0.999;
  state.doubt = doubt;
  return state;
}

/// All that is told in a run of so many seconds, and at its end.
std::vector<Limits::Verdict> told(const LimitOptions& options, int seconds,
                                  ForecastDoubt doubt = ForecastDoubt::none, bool ready = true) {
  Limits limits(options);
  std::vector<Limits::Verdict> all;
  auto state = at(0, doubt);
  for (int i = 1; i <= seconds; ++i) {
    state = at(i, doubt);
    state.ready = state.ready && ready;
    for (auto& verdict : limits.check(state)) all.push_back(std::move(verdict));
  }
  if (const auto line = limits.at_end(state)) all.push_back({*line, OnLimit::warn, {}, {}, {}, {}});
  return all;
}

TEST(Limits, WhatIsUsedActsWhateverIsKnownOfTheProgress) {
  for (const auto action : {OnLimit::warn, OnLimit::terminate, OnLimit::command})
    for (const auto doubt : {ForecastDoubt::no_progress, ForecastDoubt::contradictory, ForecastDoubt::none}) {
      const auto all = told({.energy = Joules{1000}, .at_energy = action}, 100, doubt);
      ASSERT_EQ(all.size(), 1u);
      EXPECT_EQ(all[0].action, action);
      EXPECT_EQ(all[0].limit, Joules{1000});
      EXPECT_EQ(all[0].used, Joules{1000});
      EXPECT_THAT(all[0].why, HasSubstr("the limit of 1.00 kJ is used up"));
    }
}

TEST(Limits, UnknownEnergyIsNotBelowAnyLimit) {
  Limits limits({.energy = Joules{1}});
  EXPECT_TRUE(limits.check({}).empty());
}

TEST(Limits, AForecastActsWhereNothingSpeaksAgainstIt) {
  const auto all = told({.projected = Joules{3000}}, 100);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].action, OnLimit::warn);
  EXPECT_EQ(all[0].limit, std::nullopt);
  EXPECT_THAT(all[0].why, HasSubstr("would use 5.00 kJ, more than 3.00 kJ with a probability of over 99 %; "
                                    "--stop-if-projected acts once 90 % of that are used"));
  EXPECT_EQ(all[1].action, OnLimit::terminate);
  EXPECT_THAT(all[1].why, HasSubstr("would use 5.00 kJ, more than 3.00 kJ with a probability of over 99 %"));
  EXPECT_EQ(all[1].projected, Joules{5000});
  EXPECT_EQ(all[1].used, Joules{2800});
}

// What is left of the work may turn out to cost an eighth of what is forecast, as where the training ends
// early; the limit must be exceeded even so.
TEST(Limits, AForecastActsOnceLittleOfTheRestNeedComeTrue) {
  for (const double times : {1.01, 1.3, 1.6, 2.0, 2.3}) {
    const Joules limit{1000};
    const Joules used = acts_once_used(limit * times, limit);
    EXPECT_NEAR((used + (limit * times - used) / 8).value(), 1000, 1e-9) << times;
    EXPECT_GE(used, limit * 0.8);
    EXPECT_LT(used, limit);
  }
}

TEST(Limits, WhateverIsForecastFourFifthsOfTheLimitMayBeUsed) {
  for (const double times : {2.5, 10.0, 1e3, 1e9})
    EXPECT_EQ(acts_once_used(Joules{1000 * times}, Joules{1000}), Joules{800}) << times;
}

TEST(Limits, AForecastTwiceAboveItsLimitActsBeforeTheLimitIsUsed) {
  EXPECT_LT(acts_once_used(Joules{2000}, Joules{1000}), Joules{860});
  EXPECT_EQ(acts_once_used(Joules{900}, Joules{1000}), Joules{1000}) << "not above its limit";
}

// Limit: 1.3 times what the training will have used. The forecast is what the output announces.
TEST(Limits, ATrainingThatIsNearlyDoneIsLeftToSaveWhatItHasLearned) {
  const auto tight = told({.projected = Joules{4900}}, 50);
  ASSERT_EQ(tight.size(), 2u);
  EXPECT_THAT(tight[0].why, HasSubstr("acts once 100 % of that are used"));
  EXPECT_THAT(tight[1].why, HasSubstr("could not act in time"));
  // All work is done before the forecast is ready for the first time.
  Limits limits({.projected = Joules{2000}});
  auto state = at(49);
  state.ready = false;
  EXPECT_TRUE(limits.check(state).empty());
  for (const double second : {50.0, 51.0, 55.0}) {
    state = at(second);
    state.projected = state.used;
    EXPECT_TRUE(limits.check(state).empty()) << second;
  }
  EXPECT_THAT(limits.at_end(state).value_or(""), HasSubstr("could not act in time"));
}

TEST(Limits, ATrainingThatEndsUnannouncedOrStartsDearIsNotEnded) {
  struct Case {
    double steps, announced, dear_steps, times;
  };
  for (const auto& [steps, announced, dear_steps, times] :
       {Case{350, 1000, 0, 1}, Case{12, 40, 0, 1}, Case{8, 100, 0, 1}, Case{500, 500, 130, 4},
        Case{12, 12, 2, 8}, Case{20, 20, 6, 3}}) {
    const double total = steps + dear_steps * (times - 1);
    Limits limits({.projected = Joules{1.3 * total}});
    double used = 0;
    for (int step = 1; step <= steps; ++step) {
      const double rate = step <= dear_steps ? times : 1;
      used += rate;
      auto state = at(step);
      state.used = Joules{used};
      state.projected = Joules{used + (announced - step) * rate};
      state.probability_above = *state.projected > Joules{1.3 * total} ? 1 : 0;
      for (const auto& verdict : limits.check(state))
        EXPECT_EQ(verdict.action, OnLimit::warn) << steps << " of " << announced << " at " << step;
    }
    EXPECT_NEAR(used, total, 1e-9);
  }
}

TEST(Limits, AForecastThatFallsBelowItsLimitWhileItWaitsEndsNothing) {
  Limits limits({.projected = Joules{3000}});
  EXPECT_EQ(limits.check(at(1)).size(), 1u);
  for (int i = 2; i < 100; ++i) {
    auto state = at(i);
    state.probability_above = 0.01;
    EXPECT_TRUE(limits.check(state).empty());
  }
}

TEST(Limits, AForecastActsOnlyWhenItIsSureEnough) {
  Limits limits({.projected = Joules{3000}});
  auto state = at(1);
  state.probability_above = 0.94;
  EXPECT_TRUE(limits.check(state).empty());
  state.probability_above.reset();
  EXPECT_TRUE(limits.check(state).empty());
  EXPECT_EQ(limits.check(at(28)).size(), 1u);
  EXPECT_TRUE(limits.check(at(29)).empty()) << "the work is ended once";
}

// Each doubt keeps the forecast from acting, and is told twice: early, and at the end.
TEST(Limits, ADoubtEndsNothingAndIsTold) {
  for (const auto doubt :
       {ForecastDoubt::no_progress, ForecastDoubt::contradictory, ForecastDoubt::other_total,
        ForecastDoubt::no_total, ForecastDoubt::guessed, ForecastDoubt::may_end_early}) {
    const std::string why(trace::reason_of(doubt));
    const auto all = told({.projected = Joules{1}}, 200, doubt);
    ASSERT_EQ(all.size(), 2u) << why;
    for (const auto& verdict : all) {
      EXPECT_EQ(verdict.action, OnLimit::warn);
      EXPECT_THAT(verdict.why, HasSubstr(why));
    }
    EXPECT_THAT(all[0].why, HasSubstr("cannot act"));
    EXPECT_THAT(all[1].why, HasSubstr("could not act"));
  }
}

TEST(Limits, WhatMayPassIsToldOnlyAtTheEnd) {
  const auto all = told({.projected = Joules{1}}, 200, ForecastDoubt::more_may_follow);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0].why, HasSubstr("could not act: another part like this one may follow"));
}

TEST(Limits, ADoubtThatComesLateIsToldOnceItHasLasted) {
  Limits limits({.projected = Joules{9000}});
  for (int i = 1; i <= 100; ++i) {
    auto state = at(i, i < 50 ? ForecastDoubt::none : ForecastDoubt::no_total);
    state.probability_above = 0.01;
    EXPECT_EQ(limits.check(state).size(), i == 55 ? 1u : 0u) << i;
  }
}

TEST(Limits, AForecastThatWasReadyOnceIsNotSaidToHaveNeverBeen) {
  Limits limits({.projected = Joules{9000}});
  auto state = at(1);
  state.probability_above = 0.01;
  EXPECT_TRUE(limits.check(state).empty());
  state.ready = false;
  EXPECT_EQ(limits.at_end(state), std::nullopt);
}

TEST(Limits, AShortRunIsToldAtItsEnd) {
  EXPECT_EQ(told({.projected = Joules{1}}, 2, ForecastDoubt::no_progress).size(), 1u);
  EXPECT_EQ(told({.energy = Joules{1e9}}, 2, ForecastDoubt::no_progress).size(), 0u)
      << "no forecast was asked for";
}

TEST(Limits, ATotalThatComesLaterDispelsTheDoubt) {
  Limits limits({.projected = Joules{3000}});
  EXPECT_TRUE(limits.check(at(1, ForecastDoubt::no_total)).empty());
  EXPECT_TRUE(limits.check(at(2, ForecastDoubt::no_total)).empty());
  const auto verdicts = limits.check(at(28));
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].action, OnLimit::terminate);
  EXPECT_EQ(limits.at_end(at(5)), std::nullopt);
}

TEST(Limits, AForecastThatIsNeverReadyIsTold) {
  const auto all = told({.projected = Joules{3000}}, 100, ForecastDoubt::none, /*ready=*/false);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0].why, HasSubstr("never ready"));
}

TEST(Limits, AForecastThatWasReadyTooLateIsTold) {
  Limits limits({.projected = Joules{3000}});
  auto state = at(1);
  state.used = Joules{3500};
  EXPECT_THAT(limits.at_end(state).value_or(""), HasSubstr("could not act in time: the run used 3.50 kJ"));
  state.used = Joules{2500};
  EXPECT_EQ(limits.at_end(state), std::nullopt);
}

TEST(Limits, ACheapRunIsLeftAlone) {
  Limits limits({.projected = Joules{9000}});
  auto state = at(1);
  state.probability_above = 0.01;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limits.check(state).empty());
  EXPECT_EQ(limits.at_end(state), std::nullopt);
}

TEST(Limits, ADryStopOnlyTells) {
  const auto all = told({.energy = Joules{1000},
                         .at_energy = OnLimit::terminate,
                         .projected = Joules{3000},
                         .command = {},
                         .dry = true},
                        100);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0].why, HasSubstr("acts once 90 % of that are used"));
  for (const auto& verdict : {all[1], all[2]}) {
    EXPECT_EQ(verdict.action, OnLimit::warn);
    EXPECT_THAT(verdict.why, HasSubstr("without --dry-stop the command would be ended"));
  }
}

TEST(Limits, ACommandIsRunAtBothLimitsAndTheWorkGoesOn) {
  const auto all =
      told({.energy = Joules{1000}, .at_energy = OnLimit::command, .projected = Joules{3000}}, 100);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].action, OnLimit::warn);
  EXPECT_EQ(all[1].action, OnLimit::command);
  EXPECT_EQ(all[1].limit, Joules{1000});
  EXPECT_EQ(all[2].action, OnLimit::command);
  EXPECT_EQ(all[2].limit, Joules{3000});
}

/// The record of a run of 100 epochs that goes on, with one forecast.
trace::Run recorded(double total, double low, double high) {
  trace::Run run;
  run.status = trace::RunStatus::running;
  run.info.total_work = 100;
  run.phases.push_back({"train", "epoch", {Seconds{0}, Seconds{50}}, 30, 100, {}});
  run.projections.push_back(
      {Seconds{50}, 0.3, "adaptive", Joules{total}, Joules{low}, Joules{high}, /*ready=*/true, false});
  return run;
}

TEST(RecordedLimitState, AProcessThatDoesNotMeasureFollowsTheSameRule) {
  const auto run = recorded(1000, 900, 1100);
  Limits limits({.energy = Joules{300}, .at_energy = OnLimit::terminate, .projected = Joules{300}});
  const auto at_used = [&](double used) {
    return limits.check(limit_state_of(run, Joules{used}, Joules{300}));
  };
  const auto early = at_used(62);
  ASSERT_EQ(early.size(), 1u) << "far above the limit, and most of it is not used";
  EXPECT_EQ(early.front().action, OnLimit::warn);
  EXPECT_THAT(early.front().why, HasSubstr("acts once 80 % of that are used"));
  EXPECT_TRUE(at_used(239).empty());
  const auto late = at_used(241);
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late.front().action, OnLimit::terminate);
}

TEST(RecordedLimitState, AForecastThatIsDoubtedOrWithdrawnActsOnNothing) {
  auto doubted = recorded(1000, 900, 1100);
  doubted.info.forecast_doubt = "may_end_early";
  EXPECT_FALSE(limit_state_of(doubted, Joules{241}, Joules{300}).ready);
  auto withdrawn = recorded(1000, 900, 1100);
  withdrawn.projections.back().withdrawn = true;
  EXPECT_FALSE(limit_state_of(withdrawn, Joules{241}, Joules{300}).projected);
  auto done = recorded(1000, 900, 1100);
  done.projections.back().share = 1;
  EXPECT_FALSE(limit_state_of(done, Joules{241}, Joules{300}).ready) << "the run goes on after its work";
  EXPECT_EQ(limit_state_of({}, Joules{1}, Joules{300}).doubt, ForecastDoubt::no_progress);
}

TEST(RecordedLimitState, NothingIsActedOnBeforeTheSecondEpochHasShown) {
  const auto ready_at = [](std::string unit, double total, double share, std::vector<double> ends) {
    auto run = recorded(1000, 900, 1100);
    run.phases.back().unit = std::move(unit);
    run.phases.back().total_work = total;
    run.projections.back().share = share;
    for (const double end : ends) run.epochs.emplace_back().span.end = Seconds{end};
    return limit_state_of(run, Joules{241}, Joules{300}).ready;
  };
  EXPECT_FALSE(ready_at("epoch", 3, 0.3, {}));
  EXPECT_FALSE(ready_at("epoch", 10, 0.12, {}));
  EXPECT_TRUE(ready_at("epoch", 10, 0.16, {}));
  EXPECT_TRUE(ready_at("epoch", 3, 0.35, {}));
  EXPECT_TRUE(ready_at("epoch", 1, 0.1, {})) << "no other follows";
  EXPECT_FALSE(ready_at("step", 1000, 0.3, {})) << "it may be the first epoch";
  EXPECT_TRUE(ready_at("step", 1000, 0.5, {}));
  EXPECT_FALSE(ready_at("step", 1000, 0.3, {50})) << "the second has not begun";
  EXPECT_TRUE(ready_at("step", 1000, 0.3, {40}));
  EXPECT_FALSE(ready_at("step", 1000, 0.2, {40}));
  EXPECT_TRUE(ready_at("step", 1000, 0.2, {20, 40}));
  EXPECT_FALSE(ready_at("epoch", 1, 0.04, {})) << "a minute of a long training is ready, and ends none";
  EXPECT_FALSE(ready_at("epoch", 1000, 0.004, {}));
}

TEST(RecordedLimitState, TheProbabilityIsThatOfTheInterval) {
  const auto run = recorded(1000, 900, 1200);
  const auto above = [&](double limit) {
    return *limit_state_of(run, Joules{10}, Joules{limit}).probability_above;
  };
  EXPECT_NEAR(above(900), 0.95, 1e-9);
  EXPECT_NEAR(above(1000), 0.5, 1e-9);
  EXPECT_NEAR(above(1200), 0.05, 1e-9);
  EXPECT_EQ(limit_state_of(run, Joules{1300}, Joules{1250}).probability_above, 1) << "it is used already";
  auto unsure = run;
  unsure.projections.back().low.reset();
  EXPECT_FALSE(limit_state_of(unsure, Joules{10}, Joules{900}).probability_above);
}

}  // namespace
}  // namespace joulecast::measure
