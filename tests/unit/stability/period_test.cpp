// Periods and epochs from power alone must be found where they exist and nowhere else.
#include "stability/period.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "stability/power_epochs.hpp"

namespace joulecast::stability {
namespace {

using Series = std::vector<double>;

struct Training {
  Series power;
  std::vector<double> starts;  ///< of the epochs
};

// Epochs of a jittering length, each with its validation (another level) at the end.
Training train(double period, std::size_t epochs, double validation_level, double jitter, unsigned seed) {
  std::mt19937_64 generator{seed};
  std::normal_distribution<double> normal;
  Training training;
  double begin = 0;
  for (std::size_t e = 0; e < epochs; ++e) {
    training.starts.push_back(begin);
    const double length = period * (1 + jitter * normal(generator));
    while (static_cast<double>(training.power.size()) < begin + length) {
      const double phase = (static_cast<double>(training.power.size()) - begin) / length;
      training.power.push_back((phase < 0.75 ? 300 : validation_level) + 3 * normal(generator));
    }
    begin += length;
  }
  return training;
}

TEST(Period, IsFoundToAFractionOfASample) {
  for (const double period : {9.3, 24.0, 43.04, 120.7}) {
    const auto found = find_period(train(period, 60, 180, 0, 1).power);
    ASSERT_TRUE(found) << period;
    EXPECT_NEAR(found->length, period, 0.05 + period * 0.002);
    EXPECT_GT(found->strength, 0.7);
  }
}

TEST(Period, OneDeepDipDoesNotHideIt) {
  auto power = train(40, 50, 320, 0.005, 2).power;
  for (std::size_t i = 777; i < 790; ++i) power[i] = 20;
  const auto found = find_period(power);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->length, 40, 0.5);
}

TEST(Period, NoneInNoiseWalksTrendsAndConstants) {
  std::mt19937_64 generator{3};
  std::normal_distribution<double> normal;
  int noise_alarms = 0, walk_alarms = 0;
  for (int repeat = 0; repeat < 100; ++repeat) {
    Series noise(600), walk(600);
    double sum = 0;
    for (std::size_t i = 0; i < noise.size(); ++i) {
      noise[i] = 300 + normal(generator);
      sum += normal(generator);
      walk[i] = 300 + sum;
    }
    noise_alarms += find_period(noise) ? 1 : 0;
    walk_alarms += find_period(walk) ? 1 : 0;
  }
  EXPECT_EQ(noise_alarms, 0);
  EXPECT_LE(walk_alarms, 15);  // a random walk sometimes seems periodic
  Series trend(500);
  for (std::size_t i = 0; i < trend.size(); ++i) trend[i] = 100 + static_cast<double>(i);
  EXPECT_FALSE(find_period(trend));
  EXPECT_FALSE(find_period(Series(500, 7.0)));
  EXPECT_FALSE(find_period({}));
  EXPECT_FALSE(find_period(Series{1, 2, 3}));
}

TEST(Period, NeedsEnoughCycles) {
  EXPECT_TRUE(find_period(train(40, 10, 180, 0, 4).power));
  EXPECT_FALSE(find_period(train(40, 3, 180, 0, 4).power));
}

double share_of_starts_found(const Training& training, const PowerEpochs& found, double tolerance) {
  std::size_t hits = 0;
  for (const double start : training.starts)
    for (const auto& epoch : found.epochs)
      if (std::abs(epoch.begin - start) <= tolerance) {
        ++hits;
        break;
      }
  return static_cast<double>(hits) / static_cast<double>(training.starts.size());
}

TEST(PowerEpochs, FollowsJitteringEpochs) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const auto training = train(43, 80, 180, 0.02, seed);
    const auto found = epochs_from_power(training.power);
    ASSERT_TRUE(found);
    EXPECT_NEAR(static_cast<double>(found->epochs.size()), 80, 1);
    EXPECT_GE(share_of_starts_found(training, *found, 2), 0.95);
    EXPECT_GT(found->confidence, 0.9);
  }
}

TEST(PowerEpochs, FindsAFirstPhaseWithItsOwnRhythm) {
  auto training = train(26, 10, 150, 0.01, 6);
  const auto later = train(43, 70, 180, 0.01, 7);
  const auto border = static_cast<double>(training.power.size());
  for (const double start : later.starts) training.starts.push_back(border + start);
  for (const double x : later.power) training.power.push_back(x + 60);
  const auto found = epochs_from_power(training.power);
  ASSERT_TRUE(found);
  EXPECT_NEAR(static_cast<double>(found->epochs.size()), 80, 2);
  EXPECT_GE(share_of_starts_found(training, *found, 3), 0.9);
}

TEST(PowerEpochs, CoverTheSeriesWithoutGaps) {
  const auto training = train(31, 40, 340, 0.03, 8);
  const auto found = epochs_from_power(training.power);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->epochs.front().begin, 0);
  EXPECT_EQ(found->epochs.back().end, static_cast<double>(training.power.size()));
  for (std::size_t i = 1; i < found->epochs.size(); ++i) {
    EXPECT_EQ(found->epochs[i].begin, found->epochs[i - 1].end);
    EXPECT_LT(found->epochs[i].begin, found->epochs[i].end);
    EXPECT_GE(found->epochs[i].confidence, 0);
    EXPECT_LE(found->epochs[i].confidence, 1);
  }
}

TEST(PowerEpochs, SaysThatThereAreNone) {
  std::mt19937_64 generator{9};
  std::normal_distribution<double> normal;
  Series noise(900);
  for (auto& x : noise) x = 250 + 3 * normal(generator);
  EXPECT_FALSE(epochs_from_power(noise));
  EXPECT_FALSE(epochs_from_power(Series(900, 250.0)));
  EXPECT_FALSE(epochs_from_power({}));
}

}  // namespace
}  // namespace joulecast::stability
