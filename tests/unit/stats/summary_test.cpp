#include "stats/summary.hpp"

#include <gtest/gtest.h>

#include "reference.hpp"

namespace joulecast::stats {
namespace {

using testing::reference;

TEST(Summary, QuantilesAgree) {
  for (const auto& at : reference("quantiles")) {
    const auto x = sorted(at.list("x"));
    const auto p = at.list("p");
    const auto q = at.outs("q");
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_STATISTIC(quantile_sorted(x, p[i]), q[i]);
  }
}

TEST(Summary, MomentsAgree) {
  for (const auto& at : reference("moments")) {
    const auto x = at.list("x");
    EXPECT_STATISTIC(mean(x), at.out("mean"));
    EXPECT_STATISTIC(sample_variance(x), at.out("variance"));
    EXPECT_STATISTIC(trimmed_mean_sorted(sorted(x), 0.1), at.out("trimmed"));
    EXPECT_STATISTIC(median_absolute_deviation(sorted(x)), at.out("mad"));
    EXPECT_STATISTIC(median(x), median_sorted(sorted(x)));
  }
}

TEST(Summary, SumKeepsWhatCancels) {
  const std::vector<double> values{1, 1e100, 1, -1e100};
  EXPECT_EQ(sum(values), 2);
}

TEST(Summary, VarianceOfLargeNumbersThatDifferLittle) {
  const std::vector<double> values{1e9 + 4, 1e9 + 7, 1e9 + 13,
                                   1e9 + 16};  // the textbook one-pass formula gives nonsense here
  EXPECT_DOUBLE_EQ(sample_variance(values), 30);
}

TEST(Summary, OfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median_sorted({})));
  EXPECT_TRUE(std::isnan(sample_sd(std::vector<double>{1})));
  EXPECT_EQ(summarise_sorted({}).n, 0u);
}

TEST(MedianInterval, TakesTheOrderStatisticsOfTheBinomial) {
  // Conover 1999, table A3 (binomial, p = 1/2): at 95 % the 2nd and 9th of n = 10, the 10th and 21st of n
  // = 30.
  std::vector<double> values;
  for (int i = 1; i <= 30; ++i) values.push_back(i);
  const auto of_ten = median_interval_sorted(std::span(values).first(10), 0.95);
  EXPECT_EQ(of_ten.low, 2);
  EXPECT_EQ(of_ten.high, 9);
  const auto of_thirty = median_interval_sorted(values, 0.95);
  EXPECT_EQ(of_thirty.low, 10);
  EXPECT_EQ(of_thirty.high, 21);
}

TEST(MedianInterval, DoesNotExistForFewValues) {
  const std::vector<double> five{1, 2, 3, 4, 5};
  EXPECT_TRUE(std::isnan(median_interval_sorted(five, 0.95).low));
  EXPECT_EQ(median_interval_sorted(std::vector<double>{1, 2, 3, 4, 5, 6}, 0.95).low, 1);
}

}  // namespace
}  // namespace joulecast::stats
