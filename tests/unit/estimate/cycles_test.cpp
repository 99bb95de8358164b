// Tests forecasts of trainings whose epochs also hold other things than steps: what is prepared before them,
// evaluations among them and validations after them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "simulated_training.hpp"

namespace joulecast::estimate {
namespace {

using testing::simulate;
using testing::SimulatedTraining;
using testing::TrainingRecipe;

struct Verdict {
  double worst_error = 0;        ///< of forecasts after `from`, relative
  double worst_ready_error = 0;  ///< of all that were ready
  int misses = 0;                ///< intervals after `from` that are off by more than a thousandth
  double first_ready = 2;        ///< share of the work
};

/// Looks at the forecast after each report.
Verdict judge(const SimulatedTraining& training, double epoch_work, double from) {
  auto projector = *RunProjector::begin({.total_work = training.total_work});
  projector.set_counts_steps(true);
  projector.set_epoch_work(epoch_work);
  Verdict verdict;
  for (const auto& movement : training.movements) {
    EXPECT_TRUE(projector.move(movement));
    const auto p = projector.projection();
    if (!p || p->share >= 1) continue;
    const double error = std::abs(p->total.value / training.energy - 1);
    if (p->ready) {
      verdict.worst_ready_error = std::max(verdict.worst_ready_error, error);
      verdict.first_ready = std::min(verdict.first_ready, p->share);
    }
    if (p->share < from) continue;
    verdict.worst_error = std::max(verdict.worst_error, error);
    const auto within = training.energy * 0.001;
    verdict.misses += p->total.interval->low > training.energy + within ||
                      p->total.interval->high < training.energy - within;
  }
  return verdict;
}

// What is paid at the beginning of an epoch is not expected again for the same one.
TEST(Cycles, WhatComesBeforeTheStepsIsToldFromWhatComesAfterThem) {
  for (const bool own : {false, true})
    for (const double before : {0.0, 1.0, 2.0})
      for (const double after : {0.0, 1.0, 2.0}) {
        const auto verdict = judge(simulate({.steps = 400,
                                             .steps_per_epoch = 40,
                                             .noise = 0.01,
                                             .preparation_seconds = before,
                                             .validation_seconds = after,
                                             .validation_is_a_movement = own}),
                                   40, 0.21);
        EXPECT_LT(verdict.worst_error, 0.01) << before << ", steps, " << after << own;
        EXPECT_LT(verdict.worst_ready_error, 0.01) << before << ", steps, " << after << own;
        EXPECT_EQ(verdict.misses, 0) << before << ", steps, " << after << own;
        EXPECT_LT(verdict.first_ready, 0.45) << before << ", steps, " << after << own;
      }
}

// Where few reports come, or the machine is busy, the rate of the steps is hardly known when the first
// validation comes.
TEST(Cycles, TheFirstValidationCountsAlsoAmongNoisySteps) {
  for (const int every : {2, 10})
    for (const double noise : {0.02, 0.3})
      for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto training = simulate({.steps = 150,
                                        .steps_per_epoch = 30,
                                        .noise = noise,
                                        .validation_seconds = 1.5,
                                        .report_every = every,
                                        .validation_is_a_movement = true},
                                       seed);
        const auto verdict = judge(training, 30, 0.25);
        EXPECT_LT(verdict.worst_error, 0.1 + noise) << every << " " << noise << " " << seed;
        EXPECT_LT(verdict.worst_ready_error, 0.05) << every << " " << noise << " " << seed;
      }
}

// As of reinforcement learning: a few updates after each collection of data.
TEST(Cycles, AFewStepsAfterALongPreparation) {
  const auto verdict = judge(
      simulate({.steps = 120, .steps_per_epoch = 10, .noise = 0.01, .preparation_seconds = 2}), 10, 0.25);
  EXPECT_LT(verdict.worst_ready_error, 0.01);
  EXPECT_LT(verdict.worst_error, 0.01);
  EXPECT_LT(verdict.first_ready, 0.5);
}

TEST(Cycles, WhatCameBeforeTheFirstStepMayComeBeforeEachEpoch) {
  for (const int epochs : {2, 3, 4, 5}) {
    const int steps = 600 / epochs;
    const auto training = simulate({.steps = steps * epochs,
                                    .steps_per_epoch = steps,
                                    .noise = 0.01,
                                    .preparation_seconds = 0.04 * steps});
    const auto verdict = judge(training, steps, 0.1);
    EXPECT_GT(verdict.first_ready, 1.0 / epochs) << epochs << ": the second has not begun";
    EXPECT_LT(verdict.worst_ready_error, 0.01) << epochs;
    EXPECT_EQ(verdict.misses, 0) << epochs;
  }
}

TEST(Cycles, AnEvaluationHalfWayIsCountedOncePerEpoch) {
  const auto verdict =
      judge(simulate({.steps = 400, .steps_per_epoch = 40, .noise = 0.01, .half_way_seconds = 2}), 40, 0.5);
  EXPECT_LE(verdict.misses, 10) << "of 200: two after each of five, until it is known to have been one";
  EXPECT_LT(verdict.first_ready, 0.4);
}

// An epoch that ends with its last step, before its validation: the last one has one as well.
TEST(Cycles, APauseThatOnlyCameBetweenEpochsFollowsTheLastOneToo) {
  auto training = simulate({.steps = 1000, .steps_per_epoch = 200});
  double later = 0;
  for (std::size_t i = 0; i < training.movements.size(); ++i) {
    auto& movement = training.movements[i];
    if (i > 0 && training.movements[i - 1].epoch_end) later += 4, movement.outside = Joules{1200};
    movement.span = {movement.span.begin + Seconds{later}, movement.span.end + Seconds{later}};
  }
  training.energy += Joules{5 * 1200};
  EXPECT_LT(judge(training, 200, 0.42).worst_error, 0.01);
}

}  // namespace
}  // namespace joulecast::estimate
