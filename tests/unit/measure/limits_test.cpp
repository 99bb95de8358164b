#include "measure/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::measure {
namespace {

using progress::Evidence;
using progress::Trust;
using ::testing::HasSubstr;

/// A training that uses 100 W and is expected to use 5 kJ.
LimitState at(double seconds, Trust trust = {Evidence::stated, true, true}) {
  LimitState state;
  state.elapsed = Seconds{seconds};
  state.used = Joules{100 * seconds};
  state.projected = Joules{5000};
  state.ready = true;
  state.probability_above = 0.999;
  state.trust = trust;
  return state;
}

/// All that is told in a run of so many seconds, and at its end.
std::vector<Limits::Verdict> told(const LimitOptions& options, int seconds, Trust trust, bool ready = true) {
  Limits limits(options);
  std::vector<Limits::Verdict> all;
  auto state = at(0, trust);
  for (int i = 1; i <= seconds; ++i) {
    state = at(i, trust);
    state.ready = ready;
    for (auto& verdict : limits.check(state)) all.push_back(std::move(verdict));
  }
  if (const auto line = limits.at_end(state)) all.push_back({*line, OnLimit::warn, {}, {}, {}, {}});
  return all;
}

TEST(Limits, WhatIsUsedActsWhateverIsKnownOfTheProgress) {
  for (const auto action : {OnLimit::warn, OnLimit::terminate, OnLimit::command})
    for (const auto& trust :
         {Trust{}, Trust{Evidence::guessed, false, false}, Trust{Evidence::told, true, true}}) {
      const auto all = told({.energy = Joules{1000}, .at_energy = action}, 100, trust);
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

TEST(Limits, AForecastActsWhereProgressIsToldOrStated) {
  for (const auto evidence : {Evidence::told, Evidence::stated}) {
    const auto all = told({.projected = Joules{3000}}, 100, {evidence, true, true});
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].action, OnLimit::terminate);
    EXPECT_THAT(all[0].why,
                HasSubstr("would use 5.00 kJ, more than 3.00 kJ with a probability of over 99 %"));
    EXPECT_EQ(all[0].projected, Joules{5000});
  }
}

TEST(Limits, AForecastActsOnlyWhenItIsSureEnough) {
  Limits limits({.projected = Joules{3000}});
  auto state = at(1);
  state.probability_above = 0.94;
  EXPECT_TRUE(limits.check(state).empty());
  state.probability_above.reset();
  EXPECT_TRUE(limits.check(state).empty());
  EXPECT_EQ(limits.check(at(2)).size(), 1u);
  EXPECT_TRUE(limits.check(at(3)).empty()) << "the work is ended once";
}

// Each doubt keeps the forecast from acting, and is told twice: early, and at the end.
TEST(Limits, ADoubtEndsNothingAndIsTold) {
  const struct {
    Trust trust;
    const char* why;
  } doubts[] = {{{}, "progress is not understood"},
                {{Evidence::guessed, true, true}, "progress is not understood"},
                {{Evidence::told, false, true}, "progress is not understood"},
                {{Evidence::told, true, false}, "no total known: give --epochs or --steps"},
                {{Evidence::guessed, true, false}, "no total known: give --epochs or --steps"}};
  for (const auto& [trust, why] : doubts) {
    const auto all = told({.projected = Joules{1}}, 200, trust);
    ASSERT_EQ(all.size(), 2u) << why;
    for (const auto& verdict : all) {
      EXPECT_EQ(verdict.action, OnLimit::warn);
      EXPECT_THAT(verdict.why, HasSubstr(why));
    }
    EXPECT_THAT(all[0].why, HasSubstr("cannot act"));
    EXPECT_THAT(all[1].why, HasSubstr("could not act"));
  }
}

TEST(Limits, AShortRunIsToldAtItsEnd) {
  EXPECT_EQ(told({.projected = Joules{1}}, 2, {}).size(), 1u);
  EXPECT_EQ(told({.energy = Joules{1e9}}, 2, {}).size(), 0u) << "no forecast was asked for";
}

TEST(Limits, ATotalThatComesLaterDispelsTheDoubt) {
  Limits limits({.projected = Joules{3000}});
  EXPECT_TRUE(limits.check(at(1, {Evidence::told, true, false})).empty());
  EXPECT_TRUE(limits.check(at(2, {Evidence::told, true, false})).empty());
  const auto verdicts = limits.check(at(3));
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].action, OnLimit::terminate);
  EXPECT_EQ(limits.at_end(at(5)), std::nullopt);
}

TEST(Limits, AForecastThatIsNeverReadyIsTold) {
  const auto all = told({.projected = Joules{3000}}, 100, {Evidence::told, true, true}, /*ready=*/false);
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
                        100, {Evidence::told, true, true});
  ASSERT_EQ(all.size(), 2u);
  for (const auto& verdict : all) {
    EXPECT_EQ(verdict.action, OnLimit::warn);
    EXPECT_THAT(verdict.why, HasSubstr("without --dry-stop the command would be ended"));
  }
}

TEST(Limits, ACommandIsRunAtBothLimitsAndTheWorkGoesOn) {
  const auto all = told({.energy = Joules{1000}, .at_energy = OnLimit::command, .projected = Joules{3000}},
                        100, {Evidence::told, true, true});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].action, OnLimit::command);
  EXPECT_EQ(all[0].limit, Joules{3000});
  EXPECT_EQ(all[1].action, OnLimit::command);
  EXPECT_EQ(all[1].limit, Joules{1000});
}

TEST(Limits, AMaximumEndsNothing) {
  Trust trust{Evidence::told, true, true};
  trust.total_is_maximum = true;
  const auto all = told({.projected = Joules{1}}, 200, trust);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].action, OnLimit::warn);
  EXPECT_THAT(all[0].why, HasSubstr("cannot act: the training may stop early"));
  EXPECT_THAT(all[1].why, HasSubstr("could not act: the training may stop early"));
}

}  // namespace
}  // namespace joulecast::measure
