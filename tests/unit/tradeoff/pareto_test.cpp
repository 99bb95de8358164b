#include "tradeoff/pareto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "stats/random.hpp"

namespace joulecast::tradeoff {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Applies the definition to every pair.
std::vector<std::size_t> brute_force_front(const std::vector<Point>& points) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool dominated = std::isnan(points[i].cost) || std::isnan(points[i].quality);
    for (const auto other : points) dominated = dominated || dominates(other, points[i]);
    if (!dominated) front.push_back(i);
  }
  std::sort(front.begin(), front.end(), [&](auto a, auto b) {
    return points[a].cost != points[b].cost ? points[a].cost < points[b].cost : a < b;
  });
  return front;
}

std::vector<Point> cloud(std::size_t n, std::uint64_t seed, int levels) {
  stats::Random random(seed);
  std::vector<Point> points(n);
  for (auto& p : points) {
    p = {1 + random.uniform(), random.uniform()};
    if (levels > 0)
      p = {1 + std::round(p.cost * levels) / levels, std::round(p.quality * levels) / levels};  // many ties
  }
  return points;
}

TEST(ParetoFront, IsWhatEveryPairSays) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto points = cloud(1 + seed % 60, seed, seed % 3 == 0 ? 4 : 0);
    EXPECT_EQ(pareto_front(points), brute_force_front(points)) << seed;
  }
}

TEST(ParetoFront, KeepsTwinsAndLeavesNanOut) {
  const std::vector<Point> points{{1, .5}, {1, .5}, {2, .5}, {std::nan(""), 1}, {3, .9}, {3, .8}};
  EXPECT_THAT(pareto_front(points), ElementsAre(0, 1, 4));
  EXPECT_THAT(pareto_front({}), IsEmpty());
}

TEST(Hypervolume, IsTheAreaCountedOnAGrid) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const auto points = cloud(12, seed, 0);
    const Point reference{2.5, -0.1};
    // Independent check: counts the midpoints of a fine grid in (ln cost, quality) that some point dominates.
    constexpr int steps = 600;
    const double left = std::log(0.9);
    const double width = std::log(reference.cost) - left;
    const double height = 1.1 - reference.quality;
    int inside = 0;
    for (int i = 0; i < steps; ++i) {
      for (int j = 0; j < steps; ++j) {
        const Point cell{std::exp(left + width * (i + 0.5) / steps),
                         reference.quality + height * (j + 0.5) / steps};
        for (const auto p : points) {
          if (p.cost <= cell.cost && p.quality >= cell.quality) {
            ++inside;
            break;
          }
        }
      }
    }
    EXPECT_NEAR(hypervolume(points, reference), inside * width * height / (steps * steps), 0.01) << seed;
  }
}

TEST(Hypervolume, ShareIsOneForAPointThatBeatsAll) {
  EXPECT_DOUBLE_EQ(*hypervolume_share(std::vector<Point>{{1, .9}, {2, .5}, {4, .6}}), 1);
  EXPECT_FALSE(hypervolume_share(std::vector<Point>{{1, .5}}));
  EXPECT_FALSE(hypervolume_share(std::vector<Point>{{0, .5}, {1, .9}}));
}

TEST(Knee, IsWhereTheFrontBends) {
  const std::vector<Point> points{{1, .5}, {2, .9}, {4, .92}, {8, .93}, {8, .2}};
  EXPECT_EQ(knee(points, pareto_front(points)), 1u);
  const std::vector<Point> straight{{1, .1}, {10, .2}, {100, .3}};
  EXPECT_FALSE(knee(straight, pareto_front(straight)));
  EXPECT_FALSE(knee(points, std::vector<std::size_t>{0, 1}));
}

TEST(CheapestWithin, CountsTheToleranceInDecimals) {
  const std::vector<Point> points{{5, .98}, {3, .96}, {1, .9599}};
  EXPECT_EQ(cheapest_within(points, 0.02), 1u);  // .98 - .02 is .96, although not in binary
  EXPECT_EQ(cheapest_within(points, 0), 0u);
  EXPECT_EQ(cheapest_within(points, 0.1), 2u);
  EXPECT_FALSE(cheapest_within({}, 0.1));
}

}  // namespace
}  // namespace joulecast::tradeoff
