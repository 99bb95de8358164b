// Tests the matrix profile against brute force in long double, on every instruction set of this machine.
#include "stability/matrix_profile.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <thread>

namespace joulecast::stability {
namespace {

using Series = std::vector<double>;

struct Case {
  const char* name;
  Series series;
};

Series noise(std::size_t n, double deviation, unsigned seed) {
  std::mt19937_64 generator{seed};
  std::normal_distribution<double> normal{0, deviation};
  Series x(n);
  for (auto& value : x) value = normal(generator);
  return x;
}

template <class Function>
Series shaped(std::size_t n, unsigned seed, Function function) {
  Series x = noise(n, 1, seed);
  for (std::size_t i = 0; i < n; ++i) x[i] = function(i, x[i]);
  return x;
}

std::vector<Case> cases() {
  double sum = 0;
  return {
      {"noise", noise(700, 1, 1)},
      {"shorter than a band", noise(60, 1, 2)},
      {"random walk", shaped(500, 3, [&](std::size_t, double e) { return sum += e; })},
      {"large offset", shaped(500, 4, [](std::size_t, double e) { return 1e9 + 1e-2 * e; })},
      {"huge values", shaped(300, 5, [](std::size_t, double e) { return 1e300 * e; })},
      {"tiny values", shaped(300, 6, [](std::size_t, double e) { return 1e-300 * e; })},
      {"constant plateaus",
       shaped(600, 7, [](std::size_t i, double e) { return i % 150 < 60 ? 250.0 : 300 + e; })},
      {"all constant", Series(200, 42.5)},
      {"one window differs", shaped(200, 8, [](std::size_t i, double) { return i == 100 ? 1.0 : 0.0; })},
      {"quiet plateau after a jump",
       shaped(600, 9, [](std::size_t i, double e) { return i % 200 < 20 ? 400 * e : 30 + 1e-7 * e; })},
      {"quantised power", shaped(800, 10,
                                 [](std::size_t i, double e) {
                                   return std::round(i < 100 ? 60 + 2.0 * static_cast<double>(i)
                                                             : 260 + 2 * e);
                                 })},
      {"ramp and plateau",
       shaped(600, 11,
              [](std::size_t i, double e) { return std::min(300.0, 2.0 * static_cast<double>(i)) + e; })},
      {"tall spike in near silence",
       shaped(400, 12, [](std::size_t i, double e) { return i == 200 ? 1e6 : 1e-6 * e; })},
      {"square wave", shaped(500, 13, [](std::size_t i, double) { return i % 50 < 25 ? 100.0 : 300.0; })},
  };
}

// d^2 from the definition, two passes, long double. The scale keeps squares in range.
class Oracle {
 public:
  Oracle(const Series& x, std::size_t m, long double noise) : m_(m), noise_(noise) {
    const std::size_t k = x.size() - m + 1;
    for (std::size_t i = 0; i < k; ++i) {
      long double mean = 0;
      for (std::size_t t = 0; t < m; ++t) mean += (static_cast<long double>(x[i + t]) - x[i]) / m;
      std::vector<long double> window(m);
      long double squares = 0;
      bool constant = true;
      for (std::size_t t = 0; t < m; ++t) {
        window[t] = static_cast<long double>(x[i + t]) - x[i] - mean;
        constant = constant && x[i + t] == x[i];
        squares += window[t] * window[t];
      }
      const long double deviation = constant ? 0 : std::sqrt(squares / m);
      for (auto& value : window) value = constant ? 0 : value / deviation;
      windows_.push_back(window);
      deviations_.push_back(deviation);
    }
  }
  [[nodiscard]] std::size_t count() const { return windows_.size(); }
  [[nodiscard]] double distance(std::size_t a, std::size_t b) const {
    const bool flat_a = deviations_[a] == 0;
    const bool flat_b = deviations_[b] == 0;
    if (flat_a && flat_b) return 0;
    long double square = 0;
    for (std::size_t t = 0; t < m_; ++t) {
      const long double difference = windows_[a][t] - windows_[b][t];
      square += difference * difference;
    }
    if (flat_a || flat_b) square = static_cast<long double>(m_);
    const long double larger = std::max(deviations_[a], deviations_[b]);
    square -= (2 * m_ + 2) * noise_ * noise_ / (larger * larger);
    return static_cast<double>(std::sqrt(std::max(0.0L, square)));
  }

 private:
  std::size_t m_;
  long double noise_;
  std::vector<std::vector<long double>> windows_;
  std::vector<long double> deviations_;
};

enum class Side { left, right, both };

void expect_equal(const Oracle& oracle, std::size_t exclusion, Side side, const Series& distance,
                  const std::vector<std::int64_t>& index) {
  // Windows closer than this are equal (see matrix_profile.hpp); sqrt(1e-9 2m) bounds the choice among near
  // ties.
  constexpr double tolerance = 2e-6;
  ASSERT_EQ(distance.size(), oracle.count());
  for (std::size_t i = 0; i < oracle.count(); ++i) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < oracle.count(); ++j) {
      if ((i > j ? i - j : j - i) <= exclusion) continue;
      if ((side == Side::left && j > i) || (side == Side::right && j < i)) continue;
      best = std::min(best, oracle.distance(i, j));
    }
    if (std::isinf(best)) {
      EXPECT_EQ(index[i], no_neighbour) << i;
      EXPECT_TRUE(std::isinf(distance[i])) << i;
      continue;
    }
    ASSERT_NEAR(distance[i], best, tolerance) << "window " << i;
    ASSERT_GE(index[i], 0) << i;
    ASSERT_GT(std::abs(index[i] - static_cast<std::int64_t>(i)), static_cast<std::int64_t>(exclusion)) << i;
    ASSERT_NEAR(oracle.distance(i, static_cast<std::size_t>(index[i])), best, tolerance) << "window " << i;
  }
}

class MatrixProfileTest : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!supported(GetParam())) GTEST_SKIP() << "this machine does not have the instruction set";
  }
  [[nodiscard]] MatrixProfileOptions options(std::size_t window) const {
    MatrixProfileOptions o;
    o.window = window;
    o.instructions = GetParam();
    return o;
  }
};

TEST_P(MatrixProfileTest, EqualsBruteForce) {
  for (const auto& [name, series] : cases()) {
    for (const std::size_t window : {3U, 10U, 25U}) {
      SCOPED_TRACE(testing::Message() << name << ", window " << window);
      const auto profile = matrix_profile(series, options(window));
      ASSERT_TRUE(profile);
      const std::size_t exclusion = (window + 3) / 4;
      const Oracle oracle{series, window, 0};
      expect_equal(oracle, exclusion, Side::both, profile->distance, profile->index);
      expect_equal(oracle, exclusion, Side::left, profile->left_distance, profile->left_index);
      expect_equal(oracle, exclusion, Side::right, profile->right_distance, profile->right_index);
    }
  }
}

TEST_P(MatrixProfileTest, EqualsBruteForceWithNoiseCorrected) {
  for (const auto& [name, series] : cases()) {
    SCOPED_TRACE(name);
    double largest = 0;
    for (const double x : series) largest = std::max(largest, std::abs(x));
    auto o = options(10);
    o.noise_deviation = largest * 1e-3;
    const auto profile = matrix_profile(series, o);
    ASSERT_TRUE(profile);
    const Oracle oracle{series, 10, o.noise_deviation};
    expect_equal(oracle, 3, Side::both, profile->distance, profile->index);
    expect_equal(oracle, 3, Side::left, profile->left_distance, profile->left_index);
    expect_equal(oracle, 3, Side::right, profile->right_distance, profile->right_index);
  }
}

TEST_P(MatrixProfileTest, AmongRepeatsTheNearestIsTaken) {
  // The same 40 samples repeated: every window's nearest equal is one period away, and the earlier one is
  // chosen.
  const Series period = noise(40, 1, 20);
  Series series;
  for (int repeat = 0; repeat < 12; ++repeat) series.insert(series.end(), period.begin(), period.end());
  const auto profile = matrix_profile(series, options(10));
  ASSERT_TRUE(profile);
  for (std::size_t i = 0; i < profile->index.size(); ++i) {
    const auto here = static_cast<std::int64_t>(i);
    EXPECT_EQ(profile->index[i], i < 40 ? here + 40 : here - 40) << i;
    EXPECT_NEAR(profile->distance[i], 0, 1e-6) << i;
  }
}

TEST_P(MatrixProfileTest, ConstantWindowsMatchEachOtherFirst) {
  Series series = noise(120, 1, 21);
  std::fill(series.begin() + 40, series.begin() + 60, 5.0);
  const auto profile = matrix_profile(series, options(10));
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->distance[45], 0);
  EXPECT_EQ(profile->index[45],
            41);  // 4 away is the nearest that the exclusion of 3 leaves; earlier before later
  EXPECT_EQ(profile->right_index[45], 49);
}

TEST_P(MatrixProfileTest, ThreadsDoNotChangeAnything) {
  const Series series = noise(3000, 1, 22);
  auto o = options(10);
  const auto one = matrix_profile(series, o);
  o.threads = 5;
  const auto five = matrix_profile(series, o);
  ASSERT_TRUE(one && five);
  EXPECT_EQ(one->index, five->index);
  EXPECT_EQ(one->distance, five->distance);
  EXPECT_EQ(one->left_index, five->left_index);
  EXPECT_EQ(one->right_index, five->right_index);
}

std::string instruction_name(const testing::TestParamInfo<InstructionSet>& info) {
  constexpr std::array names{"automatic", "portable", "avx2", "avx512"};
  return names[static_cast<std::size_t>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Instructions, MatrixProfileTest,
                         testing::Values(InstructionSet::portable, InstructionSet::avx2,
                                         InstructionSet::avx512),
                         instruction_name);

TEST(MatrixProfile, IsSafeToCallFromSeveralThreads) {
  const Series series = noise(800, 1, 23);
  const auto expected = matrix_profile(series, {});
  ASSERT_TRUE(expected);
  std::vector<int> same(4);
  {
    std::vector<std::jthread> callers;
    for (auto& flag : same)
      callers.emplace_back([&] { flag = matrix_profile(series, {})->index == expected->index ? 1 : 0; });
  }
  EXPECT_THAT(same, testing::Each(1));
}

TEST(MatrixProfile, WithoutAnyNeighbourSaysSo) {
  MatrixProfileOptions options;
  options.exclusion = 100;
  const auto profile = matrix_profile(noise(60, 1, 24), options);
  ASSERT_TRUE(profile);
  EXPECT_THAT(profile->index, testing::Each(no_neighbour));
  EXPECT_THAT(profile->distance, testing::Each(std::numeric_limits<double>::infinity()));
}

TEST(MatrixProfile, RefusesWhatHasNoProfile) {
  const auto kind = [](const Series& series, MatrixProfileOptions options) {
    const auto profile = matrix_profile(series, options);
    return profile ? std::string{"profile"} : std::string{name_of(profile.error().kind)};
  };
  EXPECT_EQ(kind(Series(19, 1.0), {}), "invalid");  // shorter than two windows
  EXPECT_EQ(kind(Series(20, 1.0), {}), "profile");
  MatrixProfileOptions narrow;
  narrow.window = 2;
  EXPECT_EQ(kind(Series(50, 1.0), narrow), "invalid");
  Series broken(50, 1.0);
  broken[7] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(kind(broken, {}), "invalid");
  MatrixProfileOptions negative;
  negative.noise_deviation = -1;
  EXPECT_EQ(kind(Series(50, 1.0), negative), "invalid");
}

}  // namespace
}  // namespace joulecast::stability
