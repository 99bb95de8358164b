// Tests stability detectors on signals with known changes, and PELT against exhaustive search.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "stability/detector.hpp"
#include "stability/level_changes.hpp"
#include "stability/mser.hpp"
#include "stability/pelt.hpp"
#include "stability/segment_cost.hpp"

namespace joulecast::stability {
namespace {

using Series = std::vector<double>;

class Noise {
 public:
  explicit Noise(unsigned seed) : generator_(seed) {}
  double operator()(double deviation) { return deviation * normal_(generator_); }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
};

// Power that rises in a straight line over `ramp` samples and stays.
Series ramp_then_plateau(std::size_t n, std::size_t ramp, double deviation, unsigned seed) {
  Noise noise{seed};
  Series x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = 60 + 240 * std::min(1.0, static_cast<double>(i) / static_cast<double>(ramp)) + noise(deviation);
  return x;
}

// A first phase at a lower level, then another; both dip once in `period` samples.
Series two_phases_with_dips(std::size_t n, std::size_t change, std::size_t period, unsigned seed) {
  Noise noise{seed};
  Series x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool dip = i % period < period / 4;
    x[i] = (i < change ? 250 : 310) - (dip ? 110 : 0) + noise(2);
  }
  return x;
}

std::size_t found_at(const StabilityDetector& detector, const Series& x) {
  const auto point = detector.find(x, {});
  EXPECT_TRUE(point) << detector.name;
  EXPECT_TRUE(point && point->found) << detector.name;
  return point ? point->index : 0;
}

double share_found(const StabilityDetector& detector, std::size_t ramp, double tolerance) {
  int hits = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto point = detector.find(ramp_then_plateau(600, ramp, 3, seed), {});
    if (point && std::abs(static_cast<double>(point->index) - static_cast<double>(ramp)) <= tolerance) ++hits;
  }
  return hits / 50.0;
}

TEST(Detectors, FindTheEndOfARamp) {
  for (const std::size_t ramp : {45U, 120U}) {
    EXPECT_GE(share_found(ramp_detector, ramp, 8), 0.98) << ramp;
    EXPECT_GE(share_found(pelt_detector, ramp, 8), 0.98) << ramp;
    EXPECT_GE(share_found(cycles_detector, ramp, 8), 0.9) << ramp;
    EXPECT_GE(share_found(streaming_detector, ramp, 8), 0.98) << ramp;
    EXPECT_GE(share_found(mser5_detector, ramp, 40), 0.9) << ramp;
  }
}

TEST(Detectors, FindAStep) {
  Noise noise{1};
  Series x(500);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i < 130 ? 200 : 300) + noise(4);
  for (const auto* detector :
       {&split_detector, &ramp_detector, &pelt_detector, &cycles_detector, &streaming_detector})
    EXPECT_NEAR(static_cast<double>(found_at(*detector, x)), 130, 6) << detector->name;
  EXPECT_NEAR(static_cast<double>(found_at(mser5_detector, x)), 130, 30);
}

TEST(Detectors, CyclesSeesALevelThroughItsDips) {
  // The variance of the dips outweighs the step for MSER-5. Averages over whole cycles have no dips.
  for (unsigned seed = 0; seed < 10; ++seed) {
    const auto x = two_phases_with_dips(2000, 240, 40, seed);
    EXPECT_NEAR(static_cast<double>(found_at(cycles_detector, x)), 240, 20) << seed;
  }
}

TEST(Detectors, CyclesSeesAPatternThatBeginsLate) {
  Noise noise{2};
  Series x(600);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 7000 + noise(i < 250 ? 10 : 60);
  EXPECT_NEAR(static_cast<double>(found_at(cycles_detector, x)), 250, 25);
}

TEST(Detectors, FlussAndFlossFindAChangeOfPattern) {
  Noise noise{3};
  Series x(900);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto t = static_cast<double>(i);
    x[i] = 300 + 20 * (i < 400 ? std::sin(t * 0.6) : std::abs(std::sin(t * 0.25))) + noise(0.2);
  }
  EXPECT_NEAR(static_cast<double>(found_at(fluss_detector, x)), 400, 25);
  EXPECT_NEAR(static_cast<double>(found_at(floss_detector, x)), 400, 25);
}

TEST(Detectors, WithoutAChangeStableFromTheStart) {
  Noise noise{4};
  Series x(400);
  for (auto& value : x) value = 250 + noise(3);
  for (const auto* detector :
       {&split_detector, &ramp_detector, &pelt_detector, &cycles_detector, &streaming_detector}) {
    const auto point = detector->find(x, {});
    ASSERT_TRUE(point);
    EXPECT_FALSE(point->found) << detector->name;
    EXPECT_EQ(point->index, 0U) << detector->name;
  }
}

TEST(Detectors, ConstantPowerIsStableFromTheStart) {
  const Series x(200, 99.5);
  for (const auto* detector : all_detectors()) {
    const auto point = detector->find(x, {});
    ASSERT_TRUE(point) << detector->name;
    EXPECT_FALSE(point->found) << detector->name;
  }
}

TEST(Detectors, FlussAndFlossFindNoChangeInNoise) {
  for (const std::size_t length : {200U, 1000U}) {
    for (const double resolution : {0.0, 1.0, 4.0}) {  // rounded to this share of the noise
      int fluss = 0, floss = 0;
      for (unsigned seed = 0; seed < 40; ++seed) {
        Noise noise{100 + seed};
        Series x(length);
        for (auto& value : x) {
          value = noise(3);
          if (resolution > 0) value = 3 * resolution * std::round(value / (3 * resolution));
          value += 250;
        }
        fluss += fluss_detector.find(x, {})->found ? 1 : 0;
        floss += floss_detector.find(x, {})->found ? 1 : 0;
      }
      EXPECT_LE(fluss, 4) << length << " " << resolution;
      EXPECT_LE(floss, 4) << length << " " << resolution;
    }
  }
}

TEST(Detectors, FlussAndFlossSeeWhereConstantPowerBeginsToVary) {
  Noise noise{9};
  Series x(800, 60.0);
  for (std::size_t i = 300; i < x.size(); ++i) x[i] = 250 + noise(3);
  EXPECT_NEAR(static_cast<double>(found_at(fluss_detector, x)), 300, 20);
  EXPECT_NEAR(static_cast<double>(found_at(floss_detector, x)), 300, 20);
}

TEST(Detectors, PointLiesInTheSeriesWhateverItIs) {
  std::mt19937_64 generator{5};
  std::uniform_int_distribution<std::size_t> length{1, 400};
  std::uniform_int_distribution<int> kind{0, 4};
  Noise noise{6};
  for (int repeat = 0; repeat < 200; ++repeat) {
    Series x(length(generator));
    const int shape = kind(generator);
    double walk = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      walk += noise(1);
      x[i] = shape == 0   ? noise(1)
             : shape == 1 ? walk
             : shape == 2 ? std::round(noise(1))
             : shape == 3 ? 1e9 + walk * 1e-3
                          : static_cast<double>(i % 17 == 0);
    }
    for (const auto* detector : all_detectors()) {
      const auto point = detector->find(x, {});
      if (!point) {
        EXPECT_EQ(point.error().kind, ErrorKind::invalid);
        EXPECT_LT(x.size(), 70U) << detector->name;
        continue;
      }
      EXPECT_LT(point->index, x.size()) << detector->name;
      EXPECT_EQ(point->found, point->index > 0 || (point->found && point->index == 0)) << detector->name;
    }
  }
}

TEST(Detectors, DoNotCareForScaleOrOffset) {
  auto x = two_phases_with_dips(1000, 240, 40, 7);
  Series moved(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) moved[i] = 4 * x[i];  // exact in binary
  for (const auto* detector : all_detectors()) {
    const auto a = detector->find(x, {});
    const auto b = detector->find(moved, {});
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->index, b->index) << detector->name;
  }
}

TEST(Detectors, RefuseTooLittleAndWhatIsNoNumber) {
  for (const auto* detector : all_detectors()) {
    EXPECT_FALSE(detector->find({}, {})) << detector->name;
    EXPECT_FALSE(detector->find(Series(5, 1.0), {})) << detector->name;
    Series broken(200, 1.0);
    broken[50] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(detector->find(broken, {})) << detector->name;
  }
}

TEST(Detectors, FlussTellsACensoredMinimum) {
  // The pattern changes at sample 28, before the first position that FLUSS looks at (30).
  int censored = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    Noise noise{seed};
    Series x(500);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto t = static_cast<double>(i);
      x[i] = 300 + 20 * (i < 28 ? std::sin(t * 0.9) : std::abs(std::sin(t * 0.25))) + noise(0.2);
    }
    const auto point = fluss_detector.find(x, {});
    ASSERT_TRUE(point && point->found);
    EXPECT_GE(point->index, 30U);
    EXPECT_EQ(point->censored, point->index == 30 || point->index == 500 - 9 - 31);
    censored += point->censored ? 1 : 0;
  }
  EXPECT_GT(censored, 0);
}

TEST(Detectors, AreFoundByName) {
  for (const auto* detector : all_detectors()) EXPECT_EQ(detector_named(detector->name), detector);
  EXPECT_EQ(detector_named("prophecy"), nullptr);
}

// The least cost over every partition, by dynamic programming without pruning.
double optimal_cost(const Series& x, double penalty) {
  std::vector<double> best(x.size() + 1, std::numeric_limits<double>::infinity());
  best[0] = -penalty;
  for (std::size_t t = 1; t <= x.size(); ++t) {
    for (std::size_t s = 0; s < t; ++s) {
      long double sum = 0;
      for (std::size_t i = s; i < t; ++i) sum += x[i];
      const long double mean = sum / static_cast<long double>(t - s);
      long double cost = 0;
      for (std::size_t i = s; i < t; ++i) cost += (x[i] - mean) * (x[i] - mean);
      best[t] = std::min(best[t], best[s] + static_cast<double>(cost) + penalty);
    }
  }
  return best.back();
}

double cost_of(const Series& x, const std::vector<std::size_t>& changes, double penalty) {
  const SegmentCost cost{x};
  double sum = penalty * static_cast<double>(changes.size());
  std::size_t begin = 0;
  for (const std::size_t change : changes) {
    sum += cost.around_mean(begin, change);
    begin = change;
  }
  return sum + cost.around_mean(begin, x.size());
}

TEST(Pelt, IsAsGoodAsExhaustiveSearch) {
  Noise noise{8};
  for (int repeat = 0; repeat < 30; ++repeat) {
    Series x(80);
    double level = 100;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i % 13 == 0) level += noise(10);
      x[i] = level + noise(2);
    }
    for (const double penalty : {1.0, 35.0, 400.0}) {
      const auto changes = pelt(x, penalty);
      EXPECT_TRUE(std::is_sorted(changes.begin(), changes.end()));
      EXPECT_NEAR(cost_of(x, changes, penalty), optimal_cost(x, penalty), 1e-7);
    }
  }
}

TEST(SegmentCost, EqualsTheDefinitions) {
  Noise noise{9};
  Series x(60);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1e4 + 3 * static_cast<double>(i) + noise(5);
  const SegmentCost cost{x};
  for (std::size_t begin = 0; begin < x.size(); begin += 7) {
    for (std::size_t end = begin + 3; end <= x.size(); end += 5) {
      const auto n = static_cast<long double>(end - begin);
      long double mean = 0, middle = 0;
      for (std::size_t i = begin; i < end; ++i) {
        mean += x[i] / n;
        middle += static_cast<long double>(i) / n;
      }
      long double sxy = 0, sxx = 0, syy = 0;
      for (std::size_t i = begin; i < end; ++i) {
        sxy += (static_cast<long double>(i) - middle) * (x[i] - mean);
        sxx += (static_cast<long double>(i) - middle) * (static_cast<long double>(i) - middle);
        syy += (x[i] - mean) * (x[i] - mean);
      }
      EXPECT_NEAR(cost.mean(begin, end), static_cast<double>(mean), 1e-9);
      EXPECT_NEAR(cost.around_mean(begin, end), static_cast<double>(syy), 1e-7);
      EXPECT_NEAR(cost.around_line(begin, end), static_cast<double>(syy - sxy * sxy / sxx), 1e-7);
    }
  }
}

TEST(NoiseDeviation, IsThatOfTheNoiseAndNotOfTheSteps) {
  Noise noise{10};
  Series x(5000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i / 500 % 2 == 0 ? 100 : 400) + noise(3);
  EXPECT_NEAR(noise_deviation(x), 3, 0.15);
  EXPECT_EQ(noise_deviation(Series(10, 5.0)), 0);
}

TEST(Mser, DropsTheBatchesOfTheDefinition) {
  // Series and search by the definition: argmin over d of sum (y - mean)^2 / (n - d)^2, first half.
  Noise noise{11};
  Series x(203);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 100 * std::exp(-static_cast<double>(i) / 20) + noise(1);
  Series means;
  for (std::size_t b = 0; b < 40; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < 5; ++i) sum += x[3 + 5 * b + i];
    means.push_back(sum / 5);
  }
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 0;
  for (std::size_t d = 0; d <= 20; ++d) {
    double mean = 0, squares = 0;
    for (std::size_t b = d; b < 40; ++b) mean += means[b] / static_cast<double>(40 - d);
    for (std::size_t b = d; b < 40; ++b) squares += (means[b] - mean) * (means[b] - mean);
    squares /= static_cast<double>((40 - d) * (40 - d));
    if (squares < least) {
      least = squares;
      best = d;
    }
  }
  ASSERT_GT(best, 5U);
  const auto point = mser5_detector.find(x, {});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->index, 3 + 5 * best);
}

TEST(LevelChanges, FollowsChangesInBoundedMemory) {
  Noise noise{12};
  LevelChangesOptions options;
  options.most_candidates = 8;
  LevelChanges tracker{options};
  std::size_t alarms = 0;
  for (int i = 0; i < 200000; ++i) alarms += tracker.push((i / 50 % 2 == 0 ? 100 : 300) + noise(2)) ? 1 : 0;
  EXPECT_GT(alarms, 3000U);
  EXPECT_LE(tracker.changes().size(), 8U);
  EXPECT_EQ(tracker.samples_seen(), 200000U);
}

TEST(LevelChanges, RarelyRaisesAFalseAlarm) {
  Noise noise{13};
  LevelChanges tracker;
  std::size_t alarms = 0;
  for (int i = 0; i < 20000; ++i) alarms += tracker.push(250 + noise(2)) ? 1 : 0;
  // one in 1000 samples; each is only a candidate, and the steadiest remainder decides
  EXPECT_LE(alarms, 20U);
  EXPECT_NEAR(tracker.steady()->mean, 250, 0.2);
}

TEST(LevelChanges, KnowsTheMeanOfTheSteadyStretch) {
  Noise noise{14};
  LevelChanges tracker;
  EXPECT_FALSE(tracker.steady());
  for (int i = 0; i < 3000; ++i) tracker.push((i < 400 ? 120 : 310) + noise(2));
  const auto steady = tracker.steady();
  ASSERT_TRUE(steady);
  EXPECT_NEAR(static_cast<double>(steady->begin), 400, 2);
  EXPECT_NEAR(steady->mean, 310, 4 * steady->standard_error);
  EXPECT_NEAR(steady->standard_error, 2 / std::sqrt(2600.0), 0.005);
}

}  // namespace
}  // namespace joulecast::stability
