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
                                .two_units = 0.05,
                                .end_phase = 0.3,
                                .end_cycles = 1.5,
                                .end_phase_evaluated = 0.15,
                                .validation = 0.4,
                                .validation_cost = 0.2,
                                .evaluation_cost = 0.3,
                                .cold = 0.5,
                                .cold_cost = 0.2,
                                .early = 0.3,
                                .early_cost = 0.2,
                                .recurring_begin = 0.3,
                                .start_up = 0.5};

/// Relative errors of the remaining cost, drawn as the header describes them.
std::vector<double> simulate(const Situation& now, int n) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  const auto happens = [&](double probability) { return uniform(random) < probability; };
  const auto exponential = [&](double mean) { return -std::log(uniform(random)) * mean; };
  const auto shift = [&] {
    if (now.units <= 1 && !now.jump && happens(constants.start_up)) return -uniform(random);
    if (now.first_epoch && !now.saw_epoch_end && happens(constants.validation))
      return exponential(constants.validation_cost);
    // one of at most a hundred evaluations, whose number is uniform in log, has not come yet
    if (now.unseen_cycle && happens(constants.validation * -std::log(now.share) / std::log(100)))
      return exponential(constants.evaluation_cost);
    const bool cold = now.first_epoch || now.may_be_start;
    if (cold && happens(constants.cold)) return 1 / (1 + exponential(constants.cold_cost)) - 1;
    if (!cold && now.saw_little && happens(constants.early))
      return 1 / (1 + exponential(constants.early_cost)) - 1;
    if (now.may_recur > 0 && happens(constants.recurring_begin)) return now.may_recur;
    if (now.cycle > 0 && happens(now.saw_evaluation ? constants.end_phase_evaluated : constants.end_phase))
      return exponential(constants.end_cycles * now.cycle);
    return 0.0;
  };
  std::vector<double> errors;
  for (int i = 0; i < n; ++i) {
    const double hazard = now.changed ? constants.hazard_after : constants.hazard;
    const double seen = now.changed ? now.age : now.share;
    double error = shift();
    if (happens(1 - std::pow(seen, hazard))) {
      const double place = std::pow(seen, uniform(random));  // uniform in log time between `seen` and 1
      const double part = (1 - place) / (1 - seen);
      const bool up = happens(constants.upward);
      const double size = exponential(up ? constants.mean_rise : constants.mean_fall);
      error += part * std::expm1(up ? size : -size);
    } else {
      const double lone = now.jump ? std::hypot(constants.two_units, *now.jump) : constants.one_unit;
      const double young = now.units <= 1 ? lone : 0;
      error += normal(random) * std::hypot(now.relative_sd, constants.floor, young);
    }
    errors.push_back(error);
  }
  std::sort(errors.begin(), errors.end());
  return errors;
}

void expect_simulated(const Situation& now, double tolerance) {
  const ErrorModel model(now, constants);
  const auto errors = simulate(now, 200'000);
  const auto n = static_cast<double>(errors.size());
  for (const double u : {0.005, 0.02, 0.05, 0.1, 0.3}) {
    const double above =
        static_cast<double>(errors.end() - std::upper_bound(errors.begin(), errors.end(), u)) / n;
    const double below =
        static_cast<double>(std::lower_bound(errors.begin(), errors.end(), -u) - errors.begin()) / n;
    EXPECT_NEAR(model.above(u), above, tolerance) << u;
    EXPECT_NEAR(model.below(u), below, tolerance) << u;
  }
  const auto interval = model.interval();
  const double inside = static_cast<double>(std::upper_bound(errors.begin(), errors.end(), interval.high) -
                                            std::lower_bound(errors.begin(), errors.end(), interval.low)) /
                        n;
  EXPECT_NEAR(inside, 0.90, 0.01);
}

TEST(ErrorModel, TailsAndIntervalAgreeWithASimulation) {
  // a few places and sizes stand for all: hence the tolerance
  for (const double share : {0.02, 0.1, 0.5, 0.9})
    for (const bool changed : {false, true}) {
      SCOPED_TRACE(share);
      SCOPED_TRACE(changed);
      expect_simulated(
          {.share = share, .relative_sd = 0.02, .changed = changed, .units = 5, .age = share / 2}, 0.008);
    }
}

TEST(ErrorModel, WhatWasNotSeenYetShiftsItAsSimulated) {
  const Situation known{.share = 0.3, .relative_sd = 0.02, .units = 5};
  auto end = known;
  end.cycle = 0.2;
  auto first = known;
  first.first_epoch = true;
  auto second = first;
  second.saw_epoch_end = true;
  auto lone = known;
  lone.units = 1;
  auto restarted = lone;
  restarted.jump = 0.08;
  auto unseen = known;
  unseen.unseen_cycle = true;
  auto recurring = known;
  recurring.may_recur = 0.3;
  auto little = known;
  little.saw_little = true;
  auto start = little;
  start.may_be_start = true;
  auto all = end;
  all.units = 1;
  all.first_epoch = true;
  for (const auto& now : {end, first, second, lone, restarted, unseen, recurring, little, start, all}) {
    SCOPED_TRACE(testing::PrintToString(std::vector<double>{now.cycle, static_cast<double>(now.units)}));
    expect_simulated(now, 0.02);
  }
  const auto interval = [](const Situation& now) { return ErrorModel(now, constants).interval(); };
  EXPECT_GT(interval(end).high, interval(known).high);
  EXPECT_GT(interval(restarted).low, interval(lone).low) << "the start-up was left behind";
  EXPECT_GT(interval(unseen).high, interval(known).high) << "an evaluation may still come";
  EXPECT_GT(interval(first).high, interval(second).high);  // a validation may still show
  EXPECT_LT(interval(second).low, interval(known).low);    // the next epochs may be cheaper
  EXPECT_LT(interval(little).low, interval(known).low);
  EXPECT_LT(interval(lone).low, -0.8);  // it may be nearly all start-up
}

TEST(ErrorModel, AnEndPhaseAloneIsExponential) {
  Situation evaluated;
  evaluated.saw_evaluation = true;
  for (const auto& now : {Situation{}, evaluated})
    EXPECT_NEAR(end_phase_above(end_phase_quantile(now, constants), now, constants), 0.05, 1e-12);
  EXPECT_DOUBLE_EQ(end_phase_above(0, {}, constants), 0.3);
  EXPECT_DOUBLE_EQ(end_phase_above(0, evaluated, constants), 0.15);
  auto rare = constants;
  rare.end_phase = 0.04;
  EXPECT_DOUBLE_EQ(end_phase_quantile({}, rare), 0);
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
