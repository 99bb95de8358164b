#include "estimate/online/projector.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace joulecast::estimate {
namespace {

WorkUnit epoch(double energy = 1000, double seconds = 10) {
  return {.work = 1, .duration = Seconds{seconds}, .energy = Joules{energy}};
}

Projector after(int epochs, ProjectorOptions options) {
  auto projector = *Projector::begin(std::move(options));
  for (int i = 0; i < epochs; ++i) EXPECT_TRUE(projector.add(epoch()));
  return projector;
}

TEST(Projector, TellsTotalRemainderAndTime) {
  const auto p = *after(10, {.total_work = 50}).projection();
  EXPECT_NEAR(p.share, 0.2, 1e-12);
  EXPECT_NEAR(p.used.value(), 10'000, 1e-9);
  EXPECT_NEAR(p.total.value.value(), 50'000, 1e-6);
  EXPECT_NEAR(p.remaining.value.value(), 40'000, 1e-6);
  EXPECT_NEAR(p.duration.value.value(), 500, 1e-6);
  EXPECT_NEAR(p.remaining_time.value.value(), 400, 1e-6);
  EXPECT_TRUE(p.ready);
  EXPECT_TRUE(p.total.interval->contains(Joules{50'000}));
  EXPECT_NEAR((p.total.interval->high - p.used).value(), p.remaining.interval->high.value(), 1e-6);
}

TEST(Projector, KnowsNothingWithoutTotalWorkAndEverythingOnceItIsTold) {
  auto projector = after(5, {});
  EXPECT_FALSE(projector.projection());
  EXPECT_FALSE(projector.probability_above(Joules{1}));
  EXPECT_FALSE(projector.work_at_budget(Joules{1e5}));
  ASSERT_TRUE(projector.set_total_work(20));
  EXPECT_NEAR(projector.projection()->total.value.value(), 20'000, 1e-6);
}

TEST(Projector, FollowsATotalThatChanges) {
  auto projector = after(5, {.total_work = 10});
  ASSERT_TRUE(projector.set_total_work(40));
  EXPECT_NEAR(projector.projection()->total.value.value(), 40'000, 1e-6);
  ASSERT_TRUE(projector.set_total_work(3));  // less than is already done, so the energy used is the total
  EXPECT_NEAR(projector.projection()->total.value.value(), 5'000, 1e-6);
  EXPECT_DOUBLE_EQ(projector.projection()->share, 1);
}

TEST(Projector, RefusesWhatMakesNoSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double total : {0.0, -3.0, nan}) EXPECT_FALSE(Projector::begin({.total_work = total}));
  EXPECT_FALSE(Projector::begin({.prior = Prior{Joules{-1}, 0.1}}));
  EXPECT_FALSE(Projector::begin({.prior = Prior{Joules{1}, 0}}));
  EXPECT_FALSE(Projector::begin({.early_stopping = EarlyStoppingRule{.max_epochs = 0, .patience = 1}}));
  auto projector = after(3, {.total_work = 10});
  EXPECT_FALSE(projector.set_total_work(0));
  EXPECT_FALSE(projector.add({.work = 0, .duration = Seconds{1}}));
  EXPECT_FALSE(projector.add(epoch(-1)));
  EXPECT_NEAR(projector.projection()->used.value(), 3'000, 1e-9);  // none of the invalid units was counted
}

TEST(Projector, ProbabilityAboveALimitFalls) {
  const auto projector = after(10, {.total_work = 50});
  double last = 1;
  for (double limit = 8'000; limit < 120'000; limit += 4'000) {
    const double p = *projector.probability_above(Joules{limit});
    EXPECT_LE(p, last + 1e-12) << limit;
    last = p;
  }
  EXPECT_NEAR(*projector.probability_above(Joules{9'000}), 1, 1e-6);  // already used
  EXPECT_LT(last, 0.02);
  // A limit at the upper end of the 90 % interval is exceeded with a probability of 5 %.
  const auto high = projector.projection()->total.interval->high;
  EXPECT_NEAR(*projector.probability_above(high), 0.05, 1e-4);
  EXPECT_NEAR(*projector.probability_above(projector.projection()->total.interval->low), 0.95, 1e-4);
}

TEST(Projector, AnswersForAnEpochAndForABudget) {
  const auto projector = after(10, {.total_work = 50});
  const auto at = *projector.cost_at(30);
  EXPECT_NEAR(at.value.value(), 30'000, 1e-6);
  EXPECT_TRUE(at.interval->contains(Joules{30'000}));
  EXPECT_FALSE(projector.cost_at(5));  // that point is past and was measured
  const auto when = *projector.work_at_budget(Joules{42'000});
  EXPECT_NEAR(when.value, 42, 1e-6);
  EXPECT_LT(when.interval->low, 42);
  EXPECT_GT(when.interval->high, 42);
  EXPECT_GT(projector.work_at_budget(Joules{80'000})->value, 50);  // the budget suffices
  EXPECT_FALSE(projector.work_at_budget(Joules{9'000}));           // used up before
}

TEST(Projector, TellsFullLengthAndExpectedApart) {
  ProjectorOptions options{.total_work = 100,
                           .early_stopping = EarlyStoppingRule{.max_epochs = 100, .patience = 5}};
  auto projector = *Projector::begin(options);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(projector.add(epoch()));
    projector.add_metric(i < 17 ? 0.5 + 0.01 * i : 0.5);  // three epochs without improvement
  }
  const auto p = *projector.projection();
  ASSERT_TRUE(p.expected);
  EXPECT_NEAR(p.total.value.value(), 100'000, 1e-6);
  EXPECT_LT(p.expected->total.value, p.total.value);
  EXPECT_GE(p.expected->stop_epoch.interval->low, 22);  // patience cannot run out earlier
  EXPECT_NEAR(p.expected->total.value.value(), 1000 * p.expected->stop_epoch.value, 1);
  EXPECT_TRUE(p.expected->total.interval->contains(p.expected->total.value));
  EXPECT_FALSE(p.expected->learned_from_earlier_runs);
  EXPECT_FALSE(after(3, {.total_work = 100}).projection()->expected);
}

TEST(Projector, ExpectedCostHoldsWhatEarlierRunsCameTo) {
  ProjectorOptions options{.total_work = 100,
                           .early_stopping = EarlyStoppingRule{.max_epochs = 100, .patience = 10}};
  for (int i = 0; i < 30; ++i) options.earlier_stops.push_back({40 + i % 7, true});
  auto projector = *Projector::begin(options);
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(projector.add(epoch()));
    projector.add_metric(0.01 * i);
  }
  const auto e = *projector.projection()->expected;
  EXPECT_TRUE(e.learned_from_earlier_runs);
  for (double stop = 40; stop <= 46; ++stop)
    EXPECT_TRUE(e.total.interval->contains(Joules{1000 * stop})) << stop;
}

}  // namespace
}  // namespace joulecast::estimate
