#include "stats/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "reference.hpp"
#include "stats/random.hpp"

namespace joulecast::stats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// n normal values (Box and Muller) from a fixed seed.
std::vector<double> normal(std::size_t n, double mean, double sd, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  while (values.size() < n) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    values.push_back(mean + sd * radius * std::cos(6.283185307179586 * random.uniform()));
  }
  return values;
}
std::vector<double> skewed(std::size_t n, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  while (values.size() < n) values.push_back(-scale * std::log(1 - random.uniform()) + 1);
  return values;
}

TEST(CompareGroups, TakesTheMeansOfNormalGroups) {
  const auto result =
      compare_groups({{"b", normal(30, 12, 1, 1)}, {"a", normal(30, 10, 3, 2)}, {"c", normal(30, 14, 1, 3)}});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->approach, Approach::means);
  EXPECT_EQ(result->test.name, "welch-anova");
  EXPECT_EQ(result->other_test->name, "kruskal-wallis");
  EXPECT_EQ(result->pair_test, "games-howell");
  EXPECT_EQ(result->groups[0].name, "a");  // by rising median
  EXPECT_THAT(result->why, HasSubstr("equal variances that Levene's test denies"));
  EXPECT_EQ(result->pairs.size(), 3u);
}

TEST(CompareGroups, TakesTheRanksOfSkewedGroups) {
  const auto result =
      compare_groups({{"a", skewed(40, 1, 1)}, {"b", skewed(40, 2, 2)}, {"c", skewed(40, 9, 3)}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->test.name, "kruskal-wallis");
  EXPECT_EQ(result->pair_test, "dunn");
  EXPECT_THAT(result->why, HasSubstr("is not normal"));
}

TEST(CompareGroups, ComparesTwoByTheirOwnTests) {
  EXPECT_EQ(compare_groups({{"a", normal(20, 1, 1, 1)}, {"b", normal(20, 3, 1, 2)}})->test.name, "welch-t");
  const auto few = compare_groups({{"a", {1, 2, 3}}, {"b", {4, 5, 6}}});
  EXPECT_EQ(few->test.name, "mann-whitney");
  EXPECT_THAT(few->why, HasSubstr("with 3 runs of a normality cannot be checked"));
  EXPECT_THAT(few->warnings, ::testing::Contains(HasSubstr("cannot give a p below 0.1")));
  EXPECT_EQ(few->test.effect, -1);
}

TEST(CompareGroups, DoesAsItIsAsked) {
  const std::vector<LabelledGroup> groups{{"a", normal(20, 1, 1, 1)}, {"b", normal(20, 3, 1, 2)}};
  EXPECT_EQ(compare_groups(groups, {.approach = Approach::ranks})->test.name, "mann-whitney");
  EXPECT_THAT(compare_groups(groups, {.approach = Approach::ranks})->why, HasSubstr("was asked for"));
  const auto skew =
      compare_groups({{"a", skewed(40, 1, 1)}, {"b", skewed(40, 2, 2)}}, {.approach = Approach::means});
  EXPECT_EQ(skew->test.name, "welch-t");
}

TEST(CompareGroups, FindsNoDifferenceWhereThereIsNone) {
  int significant = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto result = compare_groups({{"a", skewed(15, 1, 3 * seed)},
                                        {"b", skewed(15, 1, 3 * seed + 1)},
                                        {"c", skewed(15, 1, 3 * seed + 2)}});
    significant += result->significant();
  }
  EXPECT_LT(significant, 20);  // 5 % of 200 is 10
}

TEST(CompareGroups, AConstantGroupIsComparedByRanksAndSaidToBeConstant) {
  const auto result =
      compare_groups({{"flat", std::vector<double>(10, 5.0)}, {"other", normal(10, 9, 1, 4)}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->test.name, "mann-whitney");
  EXPECT_THAT(result->warnings, ::testing::Contains(HasSubstr("flat does not vary: all 10 values are 5")));
  EXPECT_TRUE(std::isfinite(result->test.p_value));
}

TEST(CompareGroups, LeavesSmallGroupsOutAndSaysSo) {
  const auto result = compare_groups({{"a", {1, 2, 3, 4}}, {"b", {2, 3, 4, 5}}, {"lonely", {7, 8}}});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->left_out, ElementsAre("lonely"));
  EXPECT_THAT(result->warnings[0], StartsWith("lonely is left out: 2 values"));
}

TEST(CompareGroups, RefusesWhatCannotBeCompared) {
  const auto message = [](std::vector<LabelledGroup> groups) {
    return compare_groups(std::move(groups)).error().message;
  };
  EXPECT_THAT(message({{"a", {1, 2, 3}}}), HasSubstr("1 of 1 group with at least 3 values"));
  EXPECT_THAT(message({{"a", {1, 2, 3}}, {"b", {1}}}), HasSubstr("1 of 2 groups"));
  EXPECT_THAT(message({{"a", {4, 4, 4}}, {"b", {4, 4, 4}}}), HasSubstr("every value is 4"));
  EXPECT_THAT(message({{"a", {1, 2, std::nan("")}}, {"b", {1, 2, 3}}}), HasSubstr("not finite"));
  EXPECT_THAT(message({{"a", {1, 2, 1e200}}, {"b", {1, 2, 3}}}), HasSubstr("beyond 1e+150"));
  EXPECT_THAT(message(std::vector<LabelledGroup>(1'000'000, {"id", {1}})), HasSubstr("an identifier"));
  EXPECT_FALSE(compare_groups({{"a", {1, 2, 3}}, {"b", {1, 2, 3}}}, {.alpha = 0}));
}

TEST(CompareGroups, PlansRepetitionsThatThePowerOfTheTestBears) {
  const auto result = compare_groups({{"a", normal(30, 100, 5, 1)}, {"b", normal(30, 110, 5, 2)}},
                                     {.wanted_differences = {0.05}});
  ASSERT_TRUE(result);
  // About 5 % of variation and a wanted 5 %: R's power.t.test(delta = 1, sd = 1, power = .8)$n rounds up
  // to 17.
  ASSERT_TRUE(result->repetitions[0].n);
  EXPECT_NEAR(static_cast<double>(*result->repetitions[0].n), 17, 6);
  EXPECT_NEAR(*result->detectable_difference, 0.037, 0.01);  // 0.74 sd is seen with 30 runs
}

}  // namespace
}  // namespace joulecast::stats
