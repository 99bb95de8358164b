// Tests how the tracker interprets single patterns of rates.
#include "estimate/online/regime_tracker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace joulecast::estimate {
namespace {

RegimeTracker follow(const std::vector<double>& rates, double work = 1) {
  RegimeTracker tracker;
  for (const double rate : rates) tracker.add({rate, work});
  return tracker;
}

std::vector<double> repeat(double rate, int n) {
  return std::vector<double>(static_cast<std::size_t>(n), rate);
}

std::vector<double> operator+(std::vector<double> a, const std::vector<double>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(RegimeTracker, KnowsNothingBeforeTheFirstUnit) {
  EXPECT_FALSE(follow({}).outlook(10));
}

TEST(RegimeTracker, MeanIsByWork) {
  RegimeTracker tracker;
  for (const auto& unit : {RatedUnit{10, 1}, RatedUnit{10.2, 3}, RatedUnit{9.8, 1}}) tracker.add(unit);
  EXPECT_NEAR(tracker.outlook(5)->rate, (10.2 * 3 + 9.8) / 4, 1e-12);  // the first one is a transition
}

TEST(RegimeTracker, StartUpUnitsAreDroppedUntilTwoAgree) {
  const auto tracker = follow({7, 8.4, 9.1, 9.4, 9.4, 9.4});
  EXPECT_EQ(tracker.changes(), 0);
  EXPECT_EQ(tracker.regime_begin(), 2);  // the unit of 9.1 begins it, as its transition
  EXPECT_NEAR(tracker.outlook(5)->rate, 9.4, 1e-9);
}

TEST(RegimeTracker, OneFarUnitIsDoubtThenAnExcursion) {
  auto tracker = follow(repeat(10, 8) + std::vector<double>{20});
  EXPECT_TRUE(tracker.doubtful());
  EXPECT_NEAR(tracker.outlook(50)->rate, 15, 1e-9);  // half an excursion, half a new regime
  tracker.add({10, 1});
  EXPECT_FALSE(tracker.doubtful());
  EXPECT_EQ(tracker.changes(), 0);
  // One excursion after 8 units may come again 5 times in 50, or never.
  EXPECT_NEAR(tracker.outlook(50)->rate, 10 + 10 * 5 / 50.0 / 2, 1e-9);
  EXPECT_NEAR(tracker.outlook(6)->rate, 10, 1e-9) << "the next one is not due yet";
}

TEST(RegimeTracker, RecurringExcursionsEnterTheMeanInFull) {
  std::vector<double> rates;
  for (int i = 0; i < 20; ++i) rates.push_back(i % 5 == 4 ? 15 : 10);
  const auto tracker = follow(rates);
  EXPECT_EQ(tracker.changes(), 0);
  EXPECT_FALSE(tracker.doubtful());  // the last one is an excursion of a known kind
  EXPECT_NEAR(tracker.outlook(50)->rate, 11, 1e-9);
}

TEST(RegimeTracker, ThreeUnitsAwayAreANewRegime) {
  auto tracker = follow(repeat(10, 8) + repeat(14, 2));
  EXPECT_EQ(tracker.changes(), 0);
  EXPECT_TRUE(tracker.doubtful());
  tracker.add({14, 1});
  EXPECT_EQ(tracker.changes(), 1);
  EXPECT_EQ(tracker.regime_begin(), 8);
  EXPECT_FALSE(tracker.doubtful());
  EXPECT_NEAR(tracker.outlook(50)->rate, 14, 1e-9);
}

// As when evaluations begin: the first unit of the new regime costs more than the following ones.
TEST(RegimeTracker, ANewRegimeMayBeginWithATransition) {
  const auto tracker = follow(repeat(10, 20) + std::vector<double>{14, 12.4, 12.8});
  EXPECT_EQ(tracker.changes(), 1);
  EXPECT_NEAR(tracker.outlook(50)->rate, 12.6, 1e-9);
}

TEST(RegimeTracker, ARegimeThatIsFoundAgainWasAnExcursion) {
  auto tracker = follow(repeat(10, 8) + repeat(14, 4));
  EXPECT_EQ(tracker.changes(), 1);
  for (int i = 0; i < 3; ++i) tracker.add({10, 1});
  EXPECT_EQ(tracker.changes(), 0);
  EXPECT_EQ(tracker.regime_begin(), 0);
  // 4 units that are higher by 4 after 8 that are not: 4 times in 50, or never.
  EXPECT_NEAR(tracker.outlook(50)->rate, 10 + 16.0 * 4 / 50 / 2, 0.02);
}

TEST(RegimeTracker, RecurringExcursionsThatStayAreARegimeAfterAll) {
  std::vector<double> rates;
  for (int i = 0; i < 15; ++i) rates.push_back(i % 5 == 4 ? 15 : 10);
  const auto tracker = follow(rates + repeat(15, 8));
  EXPECT_EQ(tracker.changes(), 1);
  EXPECT_NEAR(tracker.outlook(50)->rate, 15, 1e-9);
}

TEST(RegimeTracker, SlowShiftIsFoundFromThreeUnits) {
  std::vector<double> rates;
  for (int i = 0; i < 12; ++i) rates.push_back(10 + 0.02 * (i % 2));
  auto tracker = follow(rates + std::vector<double>{10.25, 10.25});
  EXPECT_EQ(tracker.changes(), 0);
  tracker.add({10.25, 1});
  EXPECT_EQ(tracker.changes(), 1);
  EXPECT_TRUE(tracker.doubtful());  // detected only now, so readiness is withdrawn once
  tracker.add({10.25, 1});
  EXPECT_FALSE(tracker.doubtful());
}

TEST(RegimeTracker, MoreUnitsMakeTheMeanSurer) {
  const auto noisy = [](int n) {
    std::vector<double> rates;
    for (int i = 0; i < n; ++i) rates.push_back(10 + 0.1 * ((i * 7) % 5 - 2));
    return follow(rates).outlook(1e6)->relative_sd;
  };
  EXPECT_GT(noisy(5), noisy(12));
  EXPECT_GT(noisy(12), noisy(40));
}

TEST(RegimeTracker, CorrelatedUnitsCountLess) {
  std::vector<double> waves;
  std::vector<double> alternating;
  for (int i = 0; i < 40; ++i) {
    waves.push_back(10 + 0.15 * std::sin(i / 3.0));
    alternating.push_back(10 + 0.15 * std::sin(i * 2.9));
  }
  EXPECT_GT(follow(waves).outlook(1e6)->relative_sd, 1.3 * follow(alternating).outlook(1e6)->relative_sd);
}

TEST(RegimeTracker, CostOfNothingIsNothing) {
  const auto outlook = follow(repeat(0, 10)).outlook(5);
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->rate, 0);
}

TEST(RegimeTracker, AlwaysGivesAFiniteOutlook) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    RegimeTracker tracker;
    unsigned state = seed;
    for (int i = 0; i < 120; ++i) {
      state = state * 1664525u + 1013904223u;
      const double rate = (state >> 16) % 7 == 0 ? 0 : std::exp((state >> 8) % 1000 / 100.0);
      tracker.add({rate, 0.5 + (state >> 20) % 4});
      const auto outlook = tracker.outlook(120 - i);
      ASSERT_TRUE(outlook && std::isfinite(outlook->rate) && std::isfinite(outlook->relative_sd))
          << seed << " " << i;
      ASSERT_GE(outlook->rate, 0) << seed << " " << i;
    }
  }
}

}  // namespace
}  // namespace joulecast::estimate
