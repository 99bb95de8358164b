// Tests the distribution of the stop epoch against enumeration and simulation.
#include "estimate/online/early_stopping.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace joulecast::estimate {
namespace {

double sum(const StopDistribution& d) {
  return std::accumulate(d.probability.begin(), d.probability.end(), 0.0);
}

double at(const StopDistribution& d, int epoch) {
  const auto i = epoch - d.first;
  return i < 0 || i >= static_cast<int>(d.probability.size()) ? 0
                                                              : d.probability[static_cast<std::size_t>(i)];
}

TEST(EarlyStopping, CannotStopBeforeThePatienceIsOver) {
  StopForecast forecast({.max_epochs = 50, .patience = 5});
  forecast.add(0.5);
  forecast.add(0.6);  // best so far at epoch 2
  forecast.add(0.55);
  const auto d = forecast.distribution();
  EXPECT_EQ(d.first, 4);
  EXPECT_DOUBLE_EQ(at(d, 4), 0);
  EXPECT_DOUBLE_EQ(at(d, 6), 0);
  EXPECT_GT(at(d, 7), 0);  // epoch 2 + patience
  EXPECT_NEAR(sum(d), 1, 1e-12);
  EXPECT_LE(d.first + static_cast<int>(d.probability.size()) - 1, 50);
}

TEST(EarlyStopping, IsCertainOnceTheRuleHasFired) {
  StopForecast forecast({.max_epochs = 50, .patience = 2, .higher_is_better = false});
  for (const double loss : {1.0, 0.5, 0.6, 0.7}) forecast.add(loss);
  EXPECT_TRUE(forecast.stopped());
  const auto d = forecast.distribution();
  EXPECT_DOUBLE_EQ(d.mean(), 4);
  EXPECT_EQ(d.quantile(0.05), 4);
}

// The distribution comes from dynamic programming; here the same rule is simulated at random.
TEST(EarlyStopping, AgreesWithASimulationOfTheRule) {
  const EarlyStoppingRule rule{.max_epochs = 40, .patience = 4, .higher_is_better = false};
  StopForecast forecast(rule);
  for (const double loss : {0.9, 0.8, 0.85, 0.7, 0.75}) forecast.add(loss);
  const auto d = forecast.distribution();

  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> count(41, 0);
  const int runs = 200'000;
  for (int r = 0; r < runs; ++r) {
    int since = 1;
    int epoch = 5;
    while (epoch < rule.max_epochs && since < rule.patience) {
      ++epoch;
      since = uniform(random) < forecast.improvement_probability(epoch) ? 0 : since + 1;
    }
    count[static_cast<std::size_t>(epoch)] += 1.0 / runs;
  }
  for (int epoch = 6; epoch <= 40; ++epoch)
    EXPECT_NEAR(at(d, epoch), count[static_cast<std::size_t>(epoch)], 0.004) << epoch;
}

// In a series without a trend the k-th value is the best so far with probability 1/k (Renyi 1962).
TEST(EarlyStopping, LearnsThatTrendlessValuesImproveSeldomAndTrendsOften) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform;
  double mean = 0;
  for (int r = 0; r < 400; ++r) {
    StopForecast trendless({.max_epochs = 1000, .patience = 1000});
    for (int k = 0; k < 50; ++k) trendless.add(uniform(random));
    mean += trendless.improvement_probability(51) / 400;
  }
  EXPECT_GT(mean, 0.5 / 51);
  EXPECT_LT(mean, 3.0 / 51);
  StopForecast steady({.max_epochs = 1000, .patience = 1000});
  for (int k = 0; k < 50; ++k) steady.add(0.01 * k);
  EXPECT_GT(steady.improvement_probability(51), 0.9);
}

TEST(EarlyStopping, SteadyImprovementPushesTheStopOut) {
  const EarlyStoppingRule rule{.max_epochs = 200, .patience = 5};
  StopForecast improving(rule);
  StopForecast stuck(rule);
  for (int k = 1; k <= 20; ++k) {
    improving.add(0.01 * k);
    stuck.add(k % 4 == 1 ? 0.1 + 1e-3 * k : 0.05);  // better only at every fourth epoch
  }
  EXPECT_GT(improving.distribution().mean(), stuck.distribution().mean() + 10);
}

TEST(EarlyStopping, EarlierRunsMoveTheForecastToWhereTheyStopped) {
  const EarlyStoppingRule rule{.max_epochs = 150, .patience = 10};
  std::vector<EarlierStop> earlier;
  for (int i = 0; i < 40; ++i) earlier.push_back({60 + i % 5, true});
  StopForecast learned(rule, earlier);
  for (int k = 1; k <= 20; ++k) learned.add(0.02 * k);
  const auto d = learned.distribution();
  EXPECT_TRUE(d.learned_from_earlier_runs);
  EXPECT_NEAR(d.mean(), 62, 6);
  EXPECT_GE(d.quantile(0.95), 60);
  // Two runs are too few to learn from.
  StopForecast few(rule, {{60, true}, {61, true}});
  few.add(0.1);
  EXPECT_FALSE(few.distribution().learned_from_earlier_runs);
}

TEST(EarlyStopping, RunsThatWereCutOffSayOnlyThatTheyHadNotStopped) {
  const EarlyStoppingRule rule{.max_epochs = 100, .patience = 5};
  std::vector<EarlierStop> stopped;
  std::vector<EarlierStop> cut;
  for (int i = 0; i < 20; ++i) stopped.push_back({30, true}), cut.push_back({30, false});
  StopForecast a(rule, stopped);
  StopForecast b(rule, cut);
  for (int k = 1; k <= 20; ++k) a.add(0.02 * k), b.add(0.02 * k);
  EXPECT_LT(a.distribution().mean(), 40);
  EXPECT_GT(b.distribution().mean(), a.distribution().mean() + 10);
}

TEST(EarlyStopping, RefusesARuleThatMakesNoSense) {
  EXPECT_FALSE(check({.max_epochs = 0, .patience = 3}));
  EXPECT_FALSE(check({.max_epochs = 10, .patience = 0}));
  EXPECT_FALSE(check({.max_epochs = 10, .patience = 3, .min_delta = -1}));
  EXPECT_TRUE(check({.max_epochs = 10, .patience = 3}));
}

}  // namespace
}  // namespace joulecast::estimate
