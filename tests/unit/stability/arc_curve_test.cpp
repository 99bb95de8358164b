// Tests FLUSS's arc curves against their definitions, also with random neighbours.
#include "stability/arc_curve.hpp"

#include <gmock/gmock.h>

#include <random>

namespace joulecast::stability {
namespace {

std::vector<std::int64_t> random_neighbours(std::size_t k, bool right_only, std::mt19937_64& generator) {
  std::vector<std::int64_t> neighbours(k, -1);
  for (std::size_t i = 0; i + (right_only ? 1 : 0) < k; ++i) {
    std::uniform_int_distribution<std::size_t> any{right_only ? i + 1 : 0, k - 1};
    neighbours[i] = static_cast<std::int64_t>(any(generator));
  }
  return neighbours;
}

TEST(ArcCurve, CountsEveryArcThatReachesOver) {
  std::mt19937_64 generator{1};
  auto neighbours = random_neighbours(60, false, generator);
  neighbours[7] = -1;
  neighbours[9] = 9;
  const auto counts = arc_counts(neighbours);
  for (std::size_t t = 0; t < neighbours.size(); ++t) {
    int crossing = 0;
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      if (neighbours[i] < 0) continue;
      const auto j = static_cast<std::size_t>(neighbours[i]);
      if (std::min(i, j) <= t && t < std::max(i, j)) ++crossing;
    }
    EXPECT_EQ(counts[t], crossing) << t;
  }
}

TEST(ArcCurve, IdealIsTheMeanOverRandomNeighbours) {
  constexpr std::size_t k = 50;
  constexpr int repeats = 20000;
  std::mt19937_64 generator{2};
  for (const bool right_only : {false, true}) {
    std::vector<double> mean(k, 0);
    for (int repeat = 0; repeat < repeats; ++repeat) {
      const auto counts = arc_counts(random_neighbours(k, right_only, generator));
      for (std::size_t t = 0; t < k; ++t) mean[t] += counts[t] / repeats;
    }
    const auto right = ideal_right_arcs(k);
    for (std::size_t t = 0; t < k; ++t)
      EXPECT_NEAR(mean[t], right_only ? right[t] : ideal_arcs(t, k), 0.12)
          << t << (right_only ? " right" : "");
  }
}

TEST(ArcCurve, IdealForRightNeighboursPeaksNearOneMinusOneOverE) {
  constexpr std::size_t k = 10000;
  const auto ideal = ideal_right_arcs(k);
  const auto peak = std::max_element(ideal.begin(), ideal.end()) - ideal.begin();
  EXPECT_NEAR(static_cast<double>(peak) / k, 1 - std::exp(-1.0), 0.001);
}

TEST(ArcCurve, CorrectionIsCappedAndOneAtTheEdges) {
  // By hand: k = 6, ideal = 2 (t+1)(5-t)/6.
  const std::vector<std::int64_t> neighbours{1, 0, 3, 2, 5, 4};  // arcs over positions 0, 2 and 4, two each
  EXPECT_THAT(arc_counts(neighbours), testing::ElementsAre(2, 0, 2, 0, 2, 0));
  const auto corrected = corrected_arc_curve(neighbours, 1);
  EXPECT_THAT(corrected, testing::ElementsAre(1, 0, testing::DoubleNear(2 / 3.0, 1e-15), 0, 1, 1));
  // Without an edge the ideal of 0 at the last position is taken as 1e-10, and 0 / 1e-10 is 0.
  EXPECT_EQ(corrected_arc_curve(neighbours, 0).back(), 0);
}

TEST(RegimeChanges, FindsTheDeepestAndKeepsAwayFromIt) {
  std::vector<double> curve(100, 0.9);
  curve[40] = 0.1;
  curve[43] = 0.2;
  curve[80] = 0.3;
  const auto changes = regime_changes(curve, 3, 10);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].position, 40U);
  EXPECT_EQ(changes[1].position, 80U);
  EXPECT_FALSE(changes[0].censored);
}

TEST(RegimeChanges, TellsAMinimumAtTheEdge) {
  for (const std::size_t at : {10U, 89U}) {
    std::vector<double> curve(100, 1);
    for (std::size_t t = 10; t < 90; ++t) curve[t] = 0.5;
    curve[at] = 0.1;
    const auto changes = regime_changes(curve, 2, 10);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].position, at);
    EXPECT_TRUE(changes[0].censored) << at;
  }
}

TEST(RegimeChanges, NothingWhereNothingIsBelowOne) {
  EXPECT_TRUE(regime_changes(std::vector<double>(50, 1.0), 2, 5).empty());
  EXPECT_TRUE(regime_changes({}, 2, 5).empty());
}

}  // namespace
}  // namespace joulecast::stability
