#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference.hpp"
#include "stats/bootstrap.hpp"
#include "stats/outliers.hpp"
#include "stats/power.hpp"
#include "stats/random.hpp"

namespace joulecast::stats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::reference;

TEST(Bca, AgreesWithScipyOnTheSameReplicates) {
  for (const auto& at : reference("bca")) {
    const auto result =
        bca_interval(at.in("estimate"), sorted(at.list("replicates")), at.list("left_out"), 0.95);
    EXPECT_TRUE(result.bca);
    EXPECT_STATISTIC(result.interval.low, at.out("low"));
    EXPECT_STATISTIC(result.interval.high, at.out("high"));
  }
}

TEST(Bootstrap, AgreesWithScipyUpToChance) {
  const std::pair<const char*, Statistic> statistics[] = {{"bootstrap_mean", mean_of},
                                                          {"bootstrap_median", median_of}};
  for (const auto& [name, statistic] : statistics) {
    for (const auto& at : reference(name)) {
      const auto result = bootstrap(at.list("x"), statistic, {.resamples = 50'000});
      ASSERT_TRUE(result);
      // An end of a 95 % interval from 50,000 resamples is itself uncertain by about 2 % of the standard
      // error.
      EXPECT_NEAR(result->interval.low, at.out("low"), 0.08 * at.out("error")) << at.origin;
      EXPECT_NEAR(result->interval.high, at.out("high"), 0.08 * at.out("error")) << at.origin;
      EXPECT_NEAR(result->standard_error, at.out("error"), 0.05 * at.out("error")) << at.origin;
    }
  }
}

TEST(Bootstrap, OfAQuantileIsThatOfTheStatistic) {
  Random random(3);
  for (const std::size_t n : {2U, 7U, 40U, 41U}) {
    std::vector<double> x(n);
    for (double& value : x) value = std::round(20 * random.uniform());
    const auto fast = bootstrap_quantile(x, 0.5, {.resamples = 20'000});
    const auto plain = bootstrap(x, median_of, {.resamples = 20'000});
    ASSERT_TRUE(fast);
    EXPECT_EQ(fast->estimate, plain->estimate);
    // Other draws fall on other positions, so they agree up to chance: 20,000 resamples.
    EXPECT_NEAR(fast->standard_error, plain->standard_error, 0.05 * plain->standard_error) << n;
    EXPECT_NEAR(fast->interval.low, plain->interval.low, 0.5 + 1e-9) << n;
    EXPECT_NEAR(fast->interval.high, plain->interval.high, 0.5 + 1e-9) << n;
  }
  for (const auto& at : reference("bootstrap_median")) {
    const auto result = bootstrap_quantile(at.list("x"), 0.5, {.resamples = 50'000});
    EXPECT_NEAR(result->interval.low, at.out("low"), 0.08 * at.out("error")) << at.origin;
    EXPECT_NEAR(result->interval.high, at.out("high"), 0.08 * at.out("error")) << at.origin;
  }
  EXPECT_FALSE(bootstrap_quantile(std::vector<double>{1, 2}, 1.5));
}

TEST(Bootstrap, IsTheSameForAnyNumberOfThreads) {
  std::vector<double> x;
  Random random(7);
  for (int i = 0; i < 200; ++i) x.push_back(random.uniform());
  const auto one = bootstrap(x, mean_of, {.resamples = 3000, .threads = 1});
  const auto four = bootstrap(x, mean_of, {.resamples = 3000, .threads = 4});
  EXPECT_EQ(one->interval.low, four->interval.low);
  EXPECT_EQ(one->interval.high, four->interval.high);
  EXPECT_NE(one->interval.low, bootstrap(x, mean_of, {.resamples = 3000, .seed = 2})->interval.low);
}

TEST(Bootstrap, CoversTheMeanAsOftenAsItSays) {
  Random random(11);
  int covered = 0;
  constexpr int trials = 400;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> x(40);
    for (double& value : x) value = -std::log1p(-random.uniform());  // exponential, mean 1
    const auto result = bootstrap(x, mean_of, {.resamples = 1000, .seed = static_cast<std::uint64_t>(trial)});
    covered += result->interval.low <= 1 && 1 <= result->interval.high;
  }
  // BCa on 40 exponential values is known to cover a little less than 95 %; percentiles would cover about 91
  // %.
  EXPECT_GT(covered, 0.905 * trials);
  EXPECT_LT(covered, 0.985 * trials);
}

TEST(Bootstrap, OfClustersIsWiderWhereMembersAreAlike) {
  std::vector<std::vector<double>> clusters;
  std::vector<double> all;
  for (int c = 0; c < 12; ++c) {
    clusters.emplace_back();
    for (int i = 0; i < 20; ++i) clusters.back().push_back(c + 0.001 * i);
    all.insert(all.end(), clusters.back().begin(), clusters.back().end());
  }
  const auto by_cluster = bootstrap_clusters(clusters, mean_of, {.resamples = 2000});
  const auto by_value = bootstrap(all, mean_of, {.resamples = 2000});
  const auto width = [](const auto& r) { return r->interval.high - r->interval.low; };
  EXPECT_GT(width(by_cluster), 3 * width(by_value));
  EXPECT_NEAR(by_cluster->estimate, by_value->estimate, 1e-9);
}

TEST(Bootstrap, SaysWhereItHasNothingToSay) {
  EXPECT_FALSE(bootstrap(std::vector<double>{1}, mean_of));
  EXPECT_FALSE(bootstrap(std::vector<double>{1, std::nan("")}, mean_of));
  EXPECT_TRUE(bootstrap(std::vector<double>{3, 3, 3}, mean_of)->degenerate);
  EXPECT_FALSE(bootstrap_clusters(std::vector<std::vector<double>>{{1, 2}}, mean_of));
  const auto undefined =
      bootstrap(std::vector<double>{1, 2, 3}, [](std::span<double>) { return std::nan(""); });
  EXPECT_THAT(to_string(undefined.error()), HasSubstr("not defined"));
}

TEST(Random, IsXoshiroAndStaysInRange) {
  // First outputs of SplitMix64 with seed 1234567: the reference implementation by Vigna prints these.
  SplitMix64 mix(1234567);
  EXPECT_EQ(mix(), 6457827717110365317U);
  EXPECT_EQ(mix(), 3203168211198807973U);
  Random random(1);
  std::vector<int> seen(10);
  for (int i = 0; i < 10'000; ++i) ++seen[random.below(10)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(Outliers, EsdFindsTheThreeOfRosner) {
  // NIST/SEMATECH e-Handbook 1.3.5.17.3, Rosner 1983's 54 values: three outliers, 6.01, 5.42 and 5.34.
  const std::vector<double> rosner{-0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49,
                                   1.49,  1.55, 1.56, 1.58, 1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91,
                                   1.94,  1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26,
                                   2.35,  2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93,
                                   3.21,  3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01};
  EXPECT_THAT(outliers_by_esd(rosner, 10).value(), ElementsAre(51, 52, 53));
}

TEST(Outliers, FencesAndMadMarkTheFarOne) {
  const std::vector<double> x{10, 11, 9, 10.5, 9.5, 10.2, 30};
  EXPECT_THAT(outliers_by_fences(x).value(), ElementsAre(6));
  EXPECT_THAT(outliers_by_mad(x).value(), ElementsAre(6));
}

TEST(Outliers, AreNoneAmongFewOrEqual) {
  EXPECT_THAT(outliers_by_fences(std::vector<double>{1, 2, 100}).value(), IsEmpty());
  EXPECT_THAT(outliers_by_mad(std::vector<double>{1, 1, 1, 1, 9}).value(), IsEmpty());
  EXPECT_FALSE(outliers_by_fences(std::vector<double>{1, 2, INFINITY, 3}));
}

TEST(Power, AgreesWithR) {
  for (const auto& at : reference("power_t"))
    EXPECT_NEAR(power_of_t_test(at.in("n"), at.in("d"), at.in("alpha")), at.out("power"), 1e-7) << at.origin;
  for (const auto& at : reference("power_anova"))
    EXPECT_NEAR(power_of_anova(at.in("k"), at.in("n"), at.in("f"), 0.05), at.out("power"), 1e-7) << at.origin;
  for (const auto& at : reference("repetitions_t"))
    EXPECT_EQ(repetitions_for_t_test(at.in("d")).value(), at.out("n")) << at.origin;
}

TEST(Power, OfAnEnormousEffectIsCertain) {
  EXPECT_EQ(repetitions_for_t_test(1000).value(), 2u);
  EXPECT_EQ(repetitions_for_anova(3, 1000).value(), 2u);
  EXPECT_EQ(repetitions_for_rank_test(17), 20u);
}

TEST(Power, SaysWhatItCannotAnswer) {
  EXPECT_THAT(to_string(repetitions_for_t_test(0).error()), HasSubstr("must not be 0"));
  EXPECT_THAT(to_string(repetitions_for_t_test(1e-5).error()), HasSubstr("more than 1000000"));
  EXPECT_FALSE(repetitions_for_t_test(1, {.alpha = 0, .power = 0.8}));
}

}  // namespace
}  // namespace joulecast::stats
