#include "estimate/online/rare_costs.hpp"

#include <gtest/gtest.h>

#include <random>

namespace joulecast::estimate {
namespace {

/// Units of 1, each with a cost of 1, and 10 more in those whose place `dear` names. Their costs scatter by
/// `noise`.
template <class Dear>
std::vector<RareCosts::Unit> units(int count, double noise, Dear dear) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  std::vector<RareCosts::Unit> all;
  for (int i = 0; i < count; ++i)
    all.push_back({static_cast<double>(i), 1, 1 + noise * normal(random) + (dear(i) ? 10 : 0)});
  return all;
}

TEST(RareCosts, WhatCameOnceMayComeAgainAfterAsMuchWork) {
  for (const double noise : {0.0, 0.05}) {
    const RareCosts once(units(50, noise, [](int i) { return i == 40; }));
    ASSERT_EQ(once.seen(), 1) << noise;
    EXPECT_EQ(once.next(20), 0) << "the next would come after 30 more";
    EXPECT_NEAR(once.next(50), 10, 0.3);
    EXPECT_NEAR(once.next(150), 40, 1) << "one is due when all is done";
  }
}

TEST(RareCosts, CountsThoseThatComeRegularly) {
  const RareCosts regular(units(90, 0.05, [](int i) { return i > 0 && i % 20 == 0; }));
  EXPECT_EQ(regular.seen(), 4);
  EXPECT_NEAR(regular.next(31), 20, 0.5);
  EXPECT_NEAR(regular.next(110), 60, 1);
}

TEST(RareCosts, WhatStaysAwayIsExpectedLessAndLess) {
  const RareCosts early(units(20, 0, [](int i) { return i == 10; }));
  const RareCosts late(units(90, 0, [](int i) { return i == 10; }));
  EXPECT_NEAR(early.next(80), 90, 11);
  EXPECT_NEAR(late.next(80), 10, 1e-9);
}

TEST(RareCosts, NeitherAStartNorALastingChangeIsRare) {
  EXPECT_EQ(RareCosts(units(50, 0.02, [](int i) { return i < 2; })).seen(), 0);
  for (int begin = 10; begin < 50; ++begin)
    EXPECT_EQ(RareCosts(units(50, 0.02, [&](int i) { return i >= begin; })).seen(), 0) << begin;
  EXPECT_EQ(RareCosts(units(50, 0.02, [](int) { return false; })).seen(), 0);
  EXPECT_EQ(RareCosts(units(50, 0.3, [](int) { return false; })).seen(), 0) << "scatter alone";
}

TEST(RareCosts, NothingIsKnownOfFewUnits) {
  const RareCosts few(units(5, 0, [](int i) { return i == 3; }));
  EXPECT_EQ(few.seen(), 0);
  EXPECT_EQ(few.next(100), 0);
  EXPECT_EQ(RareCosts().next(1), 0);
}

}  // namespace
}  // namespace joulecast::estimate
