// Tests the error model against a simulation of the process that it describes.
#include "estimate/online/change_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace joulecast::estimate {
namespace {

const ChangeConstants constants{.hazard = 0.3,
                                .hazard_after = 0.02,
                                .upward = 0.8,
                                .mean_rise = 0.2,
                                .mean_fall = 0.1,
                                .scale = 1,
                                .floor = 0.01,
                                .one_unit = 0.2,
                                .two_units = 0.05};

/// Relative errors of the remaining cost, drawn as the header describes them.
std::vector<double> simulate(const Situation& now, int n) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  std::vector<double> errors;
  for (int i = 0; i < n; ++i) {
    const double hazard = now.changed ? constants.hazard_after : constants.hazard;
    if (uniform(random) < 1 - std::pow(now.share, hazard)) {
      const double place = std::pow(now.share, uniform(random));  // uniform in log time between share and 1
      const double part = (1 - place) / (1 - now.share);
      const bool up = uniform(random) < constants.upward;
      const double size = -std::log(uniform(random)) * (up ? constants.mean_rise : constants.mean_fall);
      errors.push_back(part * std::expm1(up ? size : -size));
    } else {
      errors.push_back(normal(random) * std::hypot(now.relative_sd, constants.floor));
    }
  }
  std::sort(errors.begin(), errors.end());
  return errors;
}

TEST(ErrorModel, TailsAndIntervalAgreeWithASimulation) {
  for (const double share : {0.02, 0.1, 0.5, 0.9})
    for (const bool changed : {false, true}) {
      const Situation now{.share = share, .relative_sd = 0.02, .changed = changed, .units = 5};
      const ErrorModel model(now, constants);
      const auto errors = simulate(now, 200'000);
      const auto n = static_cast<double>(errors.size());
      for (const double u : {0.005, 0.02, 0.05, 0.1, 0.3}) {
        const double above =
            static_cast<double>(errors.end() - std::upper_bound(errors.begin(), errors.end(), u)) / n;
        const double below =
            static_cast<double>(std::lower_bound(errors.begin(), errors.end(), -u) - errors.begin()) / n;
        EXPECT_NEAR(model.above(u), above, 0.008)
            << share << " " << changed << " " << u;  // 8 places stand for all
        EXPECT_NEAR(model.below(u), below, 0.008) << share << " " << changed << " " << u;
      }
      const auto interval = model.interval();
      const double inside =
          static_cast<double>(std::upper_bound(errors.begin(), errors.end(), interval.high) -
                              std::lower_bound(errors.begin(), errors.end(), interval.low)) /
          n;
      EXPECT_NEAR(inside, 0.90, 0.01) << share << " " << changed;
    }
}

TEST(ErrorModel, ProbabilitiesOfTheTwoSidesAddUp) {
  const ErrorModel model({.share = 0.2, .relative_sd = 0.01, .changed = false, .units = 8}, constants);
  EXPECT_NEAR(model.above(0) + model.below(0), 1, 1e-12);
}

TEST(ErrorModel, IsWideWhereLittleIsKnown) {
  const auto width = [](Situation now) { return ErrorModel(now).interval().width(); };
  const Situation known{.share = 0.3, .relative_sd = 0.005, .changed = true, .units = 20};
  auto unchanged = known;
  unchanged.changed = false;
  auto young = known;
  young.units = 1;
  auto early = unchanged;
  early.share = 0.03;
  EXPECT_GT(width(unchanged), width(known));
  EXPECT_GT(width(young), width(known));
  EXPECT_GT(width(early), width(unchanged));
}

TEST(ErrorModel, TakesWhatIsNotANumberForUnknown) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double share : {nan, -1.0, 0.0, 0.5, 1.0, infinity})
    for (const double spread : {nan, 0.0, 0.01, 1e300, infinity}) {
      const auto interval = ErrorModel({.share = share, .relative_sd = spread, .units = 5}).interval();
      EXPECT_GE(interval.low, -1) << share << " " << spread;
      EXPECT_LE(interval.low, 0);
      EXPECT_GE(interval.high, 0);
      EXPECT_LE(interval.high, 10);
    }
  EXPECT_DOUBLE_EQ(ErrorModel({.share = 0.5, .relative_sd = nan, .units = 5}).interval().high, 10);
}

}  // namespace
}  // namespace joulecast::estimate
