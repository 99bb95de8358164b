#include "stats/nonnegative.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace joulecast::stats {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

std::vector<double> fitted(const std::vector<NonnegativeRow>& rows, const std::vector<double>& targets,
                           std::size_t columns) {
  return nonnegative_least_squares(rows, targets, std::vector<double>(rows.size(), 1.0), columns);
}

TEST(Nonnegative, FindsExactCoefficients) {
  const std::vector<NonnegativeRow> rows{{1, 2}, {3, 1}, {2, 5}};
  EXPECT_THAT(fitted(rows, {8, 9, 19}, 2), ElementsAre(DoubleNear(2, 1e-9), DoubleNear(3, 1e-9)));
}

TEST(Nonnegative, WhatWouldBeNegativeIsZeroAndTheRestIsFittedAnew) {
  // scipy.optimize.nnls([[1, 1], [2, 1], [3, 1]], [3, 2, 1]): x = [0, 2]
  const std::vector<NonnegativeRow> rows{{1, 1}, {2, 1}, {3, 1}};
  EXPECT_THAT(fitted(rows, {3, 2, 1}, 2), ElementsAre(0.0, DoubleNear(2, 1e-12)));
}

TEST(Nonnegative, ColumnsThatDependOnEachOtherShareNothing) {
  const std::vector<NonnegativeRow> rows{{1, 2}, {2, 4}, {3, 6}};
  const auto b = fitted(rows, {2, 4, 6}, 2);
  EXPECT_NEAR(b[0] + 2 * b[1], 2, 1e-9);
  EXPECT_TRUE(b[0] == 0 || b[1] == 0);
  EXPECT_THAT(fitted({{1, 0}, {2, 0}}, {1, 2}, 2), ElementsAre(DoubleNear(1, 1e-12), 0.0));
}

TEST(Nonnegative, NothingIsBetterThanNegative) {
  EXPECT_THAT(fitted({{1}, {2}}, {-1, -2}, 1), ElementsAre(0.0));
  EXPECT_THAT(fitted({}, {}, 3), ElementsAre(0.0, 0.0, 0.0));
}

/// The condition of Karush, Kuhn and Tucker: no coefficient can be raised, and none above 0 lowered, to gain.
TEST(Nonnegative, NoChangeOfACoefficientGains) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  for (int round = 0; round < 200; ++round) {
    std::vector<NonnegativeRow> rows(12);
    std::vector<double> targets, weights;
    for (auto& row : rows) {
      for (auto& cell : row) cell = normal(random);
      targets.push_back(normal(random));
      weights.push_back(std::abs(normal(random)));
    }
    const auto b = nonnegative_least_squares(rows, targets, weights, 4);
    for (std::size_t k = 0; k < b.size(); ++k) {
      double slope = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        double left = targets[i];
        for (std::size_t j = 0; j < b.size(); ++j) left -= rows[i][j] * b[j];
        slope += weights[i] * rows[i][k] * left;
      }
      EXPECT_LE(slope, 1e-9);
      if (b[k] > 0) {
        EXPECT_NEAR(slope, 0, 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace joulecast::stats
