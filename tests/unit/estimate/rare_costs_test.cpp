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
    EXPECT_EQ(once.next(20).cost, 0) << "the next would come after 30 more";
    EXPECT_NEAR(once.next(50).cost, 10, 0.3);
    EXPECT_NEAR(once.next(150).cost, 40, 1) << "one is due when all is done";
  }
}

TEST(RareCosts, CountsThoseThatComeRegularly) {
  const RareCosts regular(units(90, 0.05, [](int i) { return i > 0 && i % 20 == 0; }));
  EXPECT_EQ(regular.seen(), 4);
  EXPECT_NEAR(regular.next(31).cost, 20, 0.5);
  EXPECT_NEAR(regular.next(110).cost, 60, 1) << "one may follow the last unit";
}

TEST(RareCosts, WhereTheFirstUnitHasOneNoneFollowsTheLast) {
  const RareCosts regular(units(90, 0.05, [](int i) { return i % 20 == 0; }));
  EXPECT_TRUE(regular.begin_cycles());
  EXPECT_NEAR(regular.next(110).cost, 50, 1);
  EXPECT_NEAR(regular.next(111).cost, 60, 1);
}

TEST(RareCosts, TheLastUnitIsOneIfTwoAlikeCameBefore) {
  const auto dear = [](int i) { return i > 0 && i % 20 == 0; };
  EXPECT_EQ(RareCosts(units(61, 0.05, dear)).seen(), 3);
  EXPECT_EQ(RareCosts(units(41, 0.05, dear)).seen(), 1) << "it may be a lasting change";
}

TEST(RareCosts, WhatStaysAwayIsExpectedLessAndLess) {
  const RareCosts early(units(20, 0, [](int i) { return i == 10; }));
  const RareCosts late(units(90, 0, [](int i) { return i == 10; }));
  EXPECT_NEAR(early.next(80).cost, 90, 11);
  EXPECT_NEAR(late.next(80).cost, 10, 1e-9);
}

// An evaluation every 25 steps, heard every 10: its distances are 3, 2, 3, 2 reports.
TEST(RareCosts, WhatComesBetweenReportsIsExpectedToGoOn) {
  const auto evaluated = [](int i) { return (i * 10 + 9) / 25 > (i * 10 - 1) / 25 && i > 0; };
  for (const double noise : {0.0, 0.05})
    for (const int seen : {10, 12, 14, 20, 40}) {
      const RareCosts mixed(units(seen, noise, evaluated));
      const auto rest = mixed.next(60);
      EXPECT_TRUE(mixed.recur()) << seen;
      EXPECT_NEAR(rest.cost, 240, 60) << seen;
      EXPECT_GT(rest.sd, 2) << seen;
      EXPECT_LT(rest.sd, 120) << seen;
    }
}

TEST(RareCosts, APatternThatHasEndedDoesNotRecur) {
  const auto ended = [](int i) { return i < 20 && i % 4 == 3; };
  EXPECT_TRUE(RareCosts(units(23, 0, ended)).recur());
  EXPECT_FALSE(RareCosts(units(40, 0, ended)).recur());
  EXPECT_LE(RareCosts(units(90, 0, ended)).next(50).cost, 10);
}

TEST(RareCosts, NeitherAStartNorALastingChangeIsRare) {
  EXPECT_EQ(RareCosts(units(50, 0.02, [](int i) { return i < 2; })).seen(), 0);
  for (int begin = 10; begin < 50; ++begin)
    EXPECT_EQ(RareCosts(units(50, 0.02, [&](int i) { return i >= begin; })).seen(), 0) << begin;
  for (int end = 4; end < 50; ++end)
    EXPECT_EQ(RareCosts(units(50, 0.02, [&](int i) { return i < end; })).seen(), 0) << end;
  EXPECT_EQ(RareCosts(units(50, 0.02, [](int) { return false; })).seen(), 0);
  EXPECT_EQ(RareCosts(units(50, 0.3, [](int) { return false; })).seen(), 0) << "scatter alone";
}

TEST(RareCosts, NothingIsKnownOfFewUnits) {
  const RareCosts few(units(5, 0, [](int i) { return i == 3; }));
  EXPECT_EQ(few.seen(), 0);
  EXPECT_EQ(few.next(100).cost, 0);
  EXPECT_EQ(RareCosts().next(1).cost, 0);
}

}  // namespace
}  // namespace joulecast::estimate
