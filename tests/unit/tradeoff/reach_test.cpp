#include "tradeoff/reach.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace joulecast::tradeoff {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(FirstReaching, IsTheFirstEpochAtTheTarget) {
  const std::vector<double> accuracy{0.5, nan, 0.9, 0.8, 0.95};
  EXPECT_EQ(first_reaching(accuracy, 0.9, false), 2u);
  EXPECT_FALSE(first_reaching(accuracy, 0.96, false));
  EXPECT_FALSE(first_reaching({}, 0.5, false));
  const std::vector<double> loss{1.0, 0.4, 0.3};
  EXPECT_EQ(first_reaching(loss, 0.4, true), 1u);
}

TEST(TypicalCost, CountsRunsThatNeverGotThereAsDearest) {
  const std::vector<double> spent{30, 10, 20};
  EXPECT_EQ(typical_cost(spent, 0).median, 20);
  EXPECT_EQ(typical_cost(spent, 2).median, 30);
  EXPECT_FALSE(typical_cost(spent, 3).median) << "the middle of 30 and never";
  EXPECT_EQ(typical_cost(spent, 3).range.high, 30);
}

TEST(TypicalCost, HasTheIntervalOfTheMedianWithAnOpenEnd) {
  // Conover 1999, table A3: of ten values, the second and the ninth at 95 %.
  const std::vector<double> spent{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(typical_cost(spent, 0).interval.low, 2);
  EXPECT_EQ(typical_cost(spent, 0).interval.high, 9);
  const auto open = typical_cost(std::span(spent).first(7), 3);
  EXPECT_EQ(open.interval.low, 2);
  EXPECT_TRUE(std::isnan(open.interval.high));
  EXPECT_TRUE(std::isnan(typical_cost(std::span(spent).first(5), 0).interval.low)) << "too few";
}

TEST(TypicalCost, LeavesOutUnknownFigures) {
  EXPECT_EQ(typical_cost(std::vector{nan, 5.0}, 0).median, 5);
  EXPECT_FALSE(typical_cost(std::vector{nan}, 1).median);
}

TEST(ExpectedCost, IsAllThatWasSpentByTheSuccesses) {
  EXPECT_EQ(expected_cost(std::vector{10.0, 20.0, 30.0}, 2), 30);
  EXPECT_FALSE(expected_cost(std::vector{10.0, 20.0}, 0));
  EXPECT_FALSE(expected_cost(std::vector{10.0, nan}, 1));
}

TEST(SustainableAccuracy, IsLeftOutAroundItsSingularity) {
  constexpr double kilowatt_hour = 3.6e6;
  EXPECT_NEAR(sustainable_accuracy(0.9, 100 * kilowatt_hour, 2).value(), 0.81 / 2, 1e-12);
  EXPECT_FALSE(sustainable_accuracy(0.9, kilowatt_hour, 2));
  EXPECT_FALSE(sustainable_accuracy(0.9, 0.5 * kilowatt_hour, 2));
  EXPECT_FALSE(sustainable_accuracy(0.9, nan, 2));
}

TEST(GuardedIndex, FallsWithEnergyAndRisesWithQualityAtAnyScale) {
  for (const double scale : {1e-3, 1.0, 3.6e6, 1e12}) {
    EXPECT_DOUBLE_EQ(guarded_index(0.9, scale, scale, 1).value(), 0.9);
    EXPECT_DOUBLE_EQ(guarded_index(0.9, 10 * scale, scale, 1).value(), 0.45);
    EXPECT_LT(*guarded_index(0.9, 3 * scale, scale, 1), *guarded_index(0.9, 2 * scale, scale, 1));
    EXPECT_LT(*guarded_index(0.8, 3 * scale, scale, 1), *guarded_index(0.9, 3 * scale, scale, 1));
  }
  EXPECT_FALSE(guarded_index(0.9, 1, 0, 1));
  EXPECT_FALSE(guarded_index(0.9, 1, 2, 1));
}

}  // namespace
}  // namespace joulecast::tradeoff
