// Tests forecasts from reports within epochs against simulated trainings whose true cost is known.
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "estimate/online/run_projector.hpp"
#include "simulated_training.hpp"

namespace joulecast::estimate {
namespace {

using testing::simulate;
using testing::SimulatedTraining;
using testing::TrainingRecipe;
using testing::watched;

double error_at(const SimulatedTraining& training, double share, double epoch_work = 0) {
  return watched(training, share, epoch_work).projection()->total.value / training.energy - 1;
}

bool covered_at(const SimulatedTraining& training, double share, double epoch_work = 0) {
  const auto p = *watched(training, share, epoch_work).projection();
  return p.total.interval->contains(training.energy) && p.duration.interval->contains(training.duration);
}

TEST(WithinEpochs, ASteadyRunIsReadyByATenthAndSaysSo) {
  const TrainingRecipe steps{.steps = 2000};
  const TrainingRecipe one_epoch{.steps = 2000, .steps_per_epoch = 2000};
  const TrainingRecipe three_epochs{.steps = 1999, .steps_per_epoch = 667};
  const TrainingRecipe many_epochs{.steps = 2000, .steps_per_epoch = 20};
  for (const auto& recipe : {steps, one_epoch, three_epochs, many_epochs})
    for (unsigned seed = 1; seed <= 5; ++seed) {
      const auto training = simulate(recipe, seed);
      const auto p = watched(training, 0.1).projection();
      ASSERT_TRUE(p);
      EXPECT_TRUE(p->ready) << recipe.steps_per_epoch;
      EXPECT_NEAR(error_at(training, 0.1), 0, 0.01);
      EXPECT_TRUE(covered_at(training, 0.1));
    }
}

// Its first epoch is dearer, as where files are read for the first time: nothing says so before the second.
TEST(WithinEpochs, AColdFirstEpochIsNeverReady) {
  for (const int steps_per_epoch : {10, 50, 400})
    for (const double factor : {1.5, 2.0, 4.0}) {
      const auto training = simulate({.steps = 12 * steps_per_epoch,
                                      .steps_per_epoch = steps_per_epoch,
                                      .start_up_steps = steps_per_epoch,
                                      .start_up_factor = factor});
      for (double share = 0.01; share < 1; share += 0.01) {
        const auto p = watched(training, share, steps_per_epoch).projection();
        if (!p || !p->ready) continue;
        EXPECT_NEAR(p->total.value / training.energy, 1, 0.1) << share << ' ' << factor;
      }
      EXPECT_TRUE(watched(training, 0.3, steps_per_epoch).projection()->ready) << steps_per_epoch;
    }
}

TEST(WithinEpochs, ASingleEpochIsNotColderThanTheOthers) {
  const auto training = simulate({.steps = 2000, .steps_per_epoch = 2000});
  EXPECT_TRUE(watched(training, 0.1, 2000).projection()->ready);
}

TEST(WithinEpochs, ASingleReportAtTheEndIsNotReady) {
  auto projector = *RunProjector::begin({.total_work = 4});
  (void)projector.move({.work = 4, .span = {Seconds{0}, Seconds{26}}, .energy = Joules{400}});
  ASSERT_TRUE(projector.projection());
  EXPECT_FALSE(projector.projection()->ready);
}

TEST(WithinEpochs, ThereIsAnIntervalAfterTheFirstReports) {
  const auto training = simulate({.steps = 1000, .steps_per_epoch = 100, .validation_seconds = 2});
  for (const double share : {0.001, 0.005, 0.01, 0.02}) {
    const auto p = watched(training, share, 100).projection();
    ASSERT_TRUE(p) << share;
    EXPECT_LT(p->total.interval->low, p->total.interval->high);
    EXPECT_FALSE(p->ready);
    EXPECT_TRUE(covered_at(training, share, 100)) << share;
  }
}

TEST(WithinEpochs, StartUpIsNotExtrapolated) {
  // 20 of 2000 steps take 30 times as long: a quarter of the time of the whole run.
  const auto training =
      simulate({.steps = 2000, .steps_per_epoch = 500, .start_up_steps = 20, .start_up_factor = 30});
  EXPECT_NEAR(error_at(training, 0.05), 0, 0.02);
  EXPECT_NEAR(error_at(training, 0.1), 0, 0.02);
  EXPECT_TRUE(covered_at(training, 0.02));
  EXPECT_TRUE(covered_at(training, 0.1));
  // One report that holds the start-up can say anything; its interval knows that.
  const auto coarse =
      simulate({.steps = 2000, .start_up_steps = 20, .start_up_factor = 30, .report_every = 100});
  EXPECT_TRUE(covered_at(coarse, 0.05));
}

TEST(WithinEpochs, AValidationIsRoomFirstAndThenPartOfTheWork) {
  for (const bool own : {false, true}) {
    // a validation costs a fifth of an epoch
    const auto training = simulate(
        {.steps = 1000, .steps_per_epoch = 200, .validation_seconds = 4, .validation_is_a_movement = own});
    EXPECT_LT(error_at(training, 0.1, 200), -0.1);  // not known yet
    EXPECT_TRUE(covered_at(training, 0.1, 200));
    for (const double share : {0.21, 0.3, 0.5, 0.8}) {
      EXPECT_NEAR(error_at(training, share), 0, 0.02) << share << own;
      EXPECT_TRUE(covered_at(training, share)) << share << own;
    }
    EXPECT_NEAR(error_at(training, 1), 0, 1e-9);
  }
}

TEST(WithinEpochs, AValidationToldAfterTheEndBelongsToIt) {
  auto training = simulate({.steps = 1000, .steps_per_epoch = 200});
  // 4 s of validation between the epoch's last step and the next epoch's first
  double later = 0;
  for (std::size_t i = 0; i < training.movements.size(); ++i) {
    auto& movement = training.movements[i];
    if (i > 0 && training.movements[i - 1].epoch_end) later += 4, movement.outside = Joules{1200};
    movement.span = {movement.span.begin + Seconds{later}, movement.span.end + Seconds{later}};
  }
  training.energy += Joules{4 * 1200};
  training.duration += Seconds{16};
  EXPECT_NEAR(error_at(training, 0.25), 0, 0.04);
  EXPECT_NEAR(error_at(training, 0.5), 0, 0.04);
}

TEST(WithinEpochs, CheckpointsEverySoManyStepsAreACycle) {
  const auto training = simulate({.steps = 3000, .checkpoint_every = 150, .checkpoint_seconds = 3});
  for (const double share : {0.2, 0.3, 0.5}) {
    EXPECT_NEAR(error_at(training, share), 0, 0.03) << share;
    EXPECT_TRUE(covered_at(training, share)) << share;
  }
}

TEST(WithinEpochs, AnEndPhaseLiesInTheInterval) {
  // a final evaluation that costs as much as one epoch, and one as three quarters, in short runs
  for (const double seconds : {20.0, 15.0}) {
    const auto training = simulate({.steps = 2000, .steps_per_epoch = 200, .end_phase_seconds = seconds});
    for (const double share : {0.1, 0.2, 0.5, 0.8})
      EXPECT_TRUE(covered_at(training, share, 200)) << share << " " << seconds;
  }
}

TEST(WithinEpochs, ASlowDriftLiesInTheInterval) {
  const auto training =
      simulate({.steps = 2000, .steps_per_epoch = 250, .rate = [](double share) { return 1 + 0.1 * share; }});
  for (const double share : {0.1, 0.2, 0.5, 0.8}) EXPECT_TRUE(covered_at(training, share)) << share;
}

TEST(WithinEpochs, AChangeIsFollowedWithinAnEpoch) {
  const auto training = simulate(
      {.steps = 2000, .steps_per_epoch = 1000, .rate = [](double share) { return share < 0.2 ? 1 : 1.5; }});
  EXPECT_LT(error_at(training, 0.15), -0.2);
  EXPECT_NEAR(error_at(training, 0.25), 0, 0.02);
  EXPECT_TRUE(covered_at(training, 0.25));
}

TEST(WithinEpochs, RareReportsWork) {
  // every tenth of 50 epochs, as one movement
  const auto training = simulate({.steps = 500, .steps_per_epoch = 100, .report_every = 100});
  ASSERT_EQ(training.movements.size(), 5u);
  for (const double share : {0.2, 0.4, 0.6}) {
    EXPECT_NEAR(error_at(training, share), 0, 0.02) << share;
    EXPECT_TRUE(covered_at(training, share)) << share;
  }
}

TEST(WithinEpochs, AThousandReportsASecondWork) {
  const auto training = simulate({.steps = 200'000, .step_seconds = 0.001, .noise = 0.3});
  EXPECT_NEAR(error_at(training, 0.02), 0, 0.02);
  EXPECT_NEAR(error_at(training, 0.5), 0, 0.01);
  EXPECT_TRUE(watched(training, 0.1).projection()->ready);
}

TEST(WithinEpochs, TheUnitOfTheWorkDoesNotMatter) {
  const auto steps = simulate({.steps = 1000, .steps_per_epoch = 100, .validation_seconds = 1});
  auto epochs = steps;
  epochs.total_work = 10;
  for (auto& movement : epochs.movements) movement.work /= 100;
  for (const double share : {0.05, 0.35, 0.7}) {
    const auto a = *watched(steps, share, 100).projection();
    const auto b = *watched(epochs, share, 1).projection();
    EXPECT_NEAR(a.total.value / b.total.value, 1, 1e-6) << share;
    EXPECT_NEAR(a.total.interval->high / b.total.interval->high, 1, 1e-4) << share;
  }
}

TEST(WithinEpochs, ATotalLearnedLateUsesWhatWasSeenBefore) {
  const auto training = simulate({.steps = 1000, .steps_per_epoch = 100, .validation_seconds = 1});
  auto projector = *RunProjector::begin({});
  for (const auto& movement : training.movements) {
    ASSERT_TRUE(projector.move(movement));
    EXPECT_FALSE(projector.projection());
    if (projector.work_done() >= 350) break;
  }
  ASSERT_TRUE(projector.set_total_work(1000));
  EXPECT_NEAR(projector.projection()->total.value / training.energy, 1, 0.02);
}

TEST(WithinEpochs, TheTotalNeverFallsBelowWhatWasUsedAndMovesBetweenEpochs) {
  const auto training =
      simulate({.steps = 1000, .steps_per_epoch = 250, .noise = 0.2, .validation_seconds = 5});
  auto projector = *RunProjector::begin({.total_work = 1000});
  int moved = 0;
  Joules last{0};
  for (const auto& movement : training.movements) {
    ASSERT_TRUE(projector.move(movement));
    const auto p = *projector.projection();
    ASSERT_GE(p.total.value, p.used);
    ASSERT_GE(p.total.interval->low, p.used);
    ASSERT_LE(p.total.interval->low, p.total.value);
    ASSERT_GE(p.total.interval->high, p.total.value);
    moved += p.total.value != last ? 1 : 0;
    last = p.total.value;
  }
  EXPECT_GT(moved, 900);
}

TEST(WithinEpochs, NothingOfAnEarlierPhaseIsExtrapolated) {
  // A warm-up of an hour at 1 MJ came before; this phase begins with it as outside energy.
  auto training = simulate({.steps = 1000, .step_seconds = 0.5});
  for (auto& movement : training.movements)
    movement.span = {movement.span.begin + Seconds{3600}, movement.span.end + Seconds{3600}};
  training.movements.front().outside = Joules{1e6};
  training.energy += Joules{1e6};
  training.duration += Seconds{3600};
  EXPECT_NEAR(error_at(training, 0.1), 0, 0.01);
  EXPECT_NEAR(watched(training, 0.1).projection()->duration.value / training.duration, 1, 0.01);
  EXPECT_TRUE(covered_at(training, 0.1));
}

TEST(WithinEpochs, AtTheEndOnlyAnEndPhaseMayCome) {
  const auto training = simulate({.steps = 1000, .steps_per_epoch = 100});
  const auto p = *watched(training, 1).projection();
  EXPECT_DOUBLE_EQ(p.share, 1);
  EXPECT_NEAR(p.total.value / training.energy, 1, 1e-9);
  EXPECT_NEAR(p.total.interval->low / training.energy, 1, 1e-9);
  EXPECT_GT(p.total.interval->high, p.used * 1.05);
  EXPECT_LT(p.total.interval->high, p.used * 1.4);
}

TEST(WithinEpochs, AnEndWithoutWorkNeedsAnEpoch) {
  auto projector = *RunProjector::begin({.total_work = 10});
  const Movement end{.work = 0, .span = {Seconds{0}, Seconds{3}}, .energy = Joules{90}, .epoch_end = true};
  EXPECT_TRUE(projector.move(end));  // before any work: start-up
  ASSERT_TRUE(projector.move({.work = 1, .span = {Seconds{3}, Seconds{10}}, .energy = Joules{700}}));
  EXPECT_NEAR(projector.projection()->used.value(), 790, 1e-9);
  EXPECT_FALSE(projector.move({.work = 0, .span = {Seconds{10}, Seconds{11}}, .energy = Joules{1}}));
}

TEST(WithinEpochs, IsNotSureWhileAllThatWasSeenMayBeADearerStart) {
  for (const auto& recipe : {TrainingRecipe{.steps = 100, .start_up_steps = 15, .start_up_factor = 2},
                             TrainingRecipe{.steps = 150, .start_up_steps = 20, .start_up_factor = 5},
                             TrainingRecipe{.steps = 100, .start_up_steps = 8, .start_up_factor = 12},
                             TrainingRecipe{.steps = 1000, .start_up_steps = 80, .start_up_factor = 3}}) {
    const auto training = simulate(recipe);
    bool ready = false;
    for (double share = 0.05; share < 0.6; share += 0.01) {
      const auto p = *watched(training, share).projection();
      if (!p.ready) continue;
      ready = true;
      EXPECT_NEAR(error_at(training, share), 0, 0.03) << recipe.steps << " steps, " << share;
      EXPECT_LT(*watched(training, share).probability_above(1.2 * training.energy), 0.5);
    }
    EXPECT_TRUE(ready) << recipe.steps;
  }
}

TEST(WithinEpochs, ADearerStartMayBePartOfAnOnlyOrLongEpoch) {
  const auto training =
      simulate({.steps = 100, .steps_per_epoch = 100, .start_up_steps = 10, .start_up_factor = 4});
  EXPECT_FALSE(watched(training, 0.08, 100).projection()->ready);
  EXPECT_FALSE(watched(training, 0.1, 100).projection()->ready);
}

TEST(WithinEpochs, OfSamplesAndPercentTheReportsAreCounted) {
  auto samples =
      simulate({.steps = 10'000, .start_up_steps = 1000, .start_up_factor = 3, .report_every = 100});
  const auto ready_at_tenth = [&](bool counts_steps) {
    auto projector = *RunProjector::begin({.total_work = samples.total_work});
    projector.set_counts_steps(counts_steps);
    for (const auto& movement : std::span(samples.movements).first(10)) (void)projector.move(movement);
    return projector.projection()->ready;
  };
  EXPECT_TRUE(ready_at_tenth(true)) << "a thousand steps are no start any more";
  EXPECT_FALSE(ready_at_tenth(false)) << "ten reports of samples may be";
}

TEST(WithinEpochs, RareEvaluationsBetweenStepsAreNoSurprise) {
  // After each 50 of 200 steps, at up to four times the cost of these.
  for (const double cost : {0.5, 1.0, 2.0, 4.0}) {
    const auto training = simulate({.steps = 200, .checkpoint_every = 50, .checkpoint_seconds = 5 * cost});
    auto projector = *RunProjector::begin({.total_work = training.total_work});
    projector.set_counts_steps(true);
    for (const auto& movement : training.movements) {
      (void)projector.move(movement);
      const auto projection = projector.projection();
      const bool covered = projection->total.interval->contains(training.energy);
      const double step = projector.work_done();
      EXPECT_FALSE(projection->ready && !covered && step < 200) << cost << ": " << step;
      if (step > 52 && step < 200) {
        EXPECT_TRUE(covered) << cost << ": " << step << ", the first has been seen";
      }
    }
    EXPECT_TRUE(cost > 1 || watched(training, 0.9).projection()->ready) << "regular ones are known";
  }
}

TEST(WithinEpochs, OnlyStepsLeaveRoomForAnEvaluation) {
  const auto training = simulate({.steps = 10'000});
  const auto high = [&](bool counts_steps, double share) {
    auto projector = *RunProjector::begin({.total_work = training.total_work});
    projector.set_counts_steps(counts_steps);
    const auto count = static_cast<std::size_t>(share * static_cast<double>(training.movements.size()));
    for (const auto& movement : std::span(training.movements).first(count)) (void)projector.move(movement);
    return projector.projection()->total.interval->high;
  };
  EXPECT_GT(high(true, 0.1), 1.005 * high(false, 0.1));
  EXPECT_LT(high(true, 0.99), 1.005 * high(false, 0.99)) << "it would have come";
}

TEST(WithinEpochs, ALateFirstEvaluationIsInTheIntervalBefore) {
  for (const int every : {250, 333, 500})
    for (const double cost : {0.1, 0.2, 0.3}) {
      const auto training = simulate({.steps = 2000,
                                      .checkpoint_every = every,
                                      .checkpoint_seconds = 0.1 * every * cost,
                                      .report_every = 10});
      const auto p = *watched(training, 0.1).projection();
      EXPECT_TRUE(p.ready);
      EXPECT_TRUE(p.total.interval->contains(training.energy)) << every << " " << cost;
    }
}

TEST(WithinEpochs, AfterALongStartUpTheForecastIsYoung) {
  const auto width = [](double factor) {
    const auto training =
        simulate({.steps = 1000, .rate = [&](double share) { return share < 0.1 ? factor : 1.0; }});
    const auto total = watched(training, 0.18).projection()->total;
    return (total.interval->high - total.interval->low) / total.value;
  };
  EXPECT_GT(width(1.5), 1.4 * width(0.7)) << "a rise, as of a fine-tuning, mostly stays";
}

TEST(WithinEpochs, ATrendThatLastedAllAlongMayGoOn) {
  // Each of 80 episodes is shorter, or longer, than the one before.
  for (const double per_episode : {-0.045, 0.01}) {
    const auto training =
        simulate({.steps = 80, .step_seconds = 5, .noise = 0.005, .rate = [&](double share) {
                    return std::exp(per_episode * 80 * share);
                  }});
    // Before, it would have to go on for more than twice as long as it has lasted.
    for (double share = 0.35; share < 0.9; share += 0.05) {
      EXPECT_TRUE(covered_at(training, share)) << per_episode << " at " << share;
      const bool ready = watched(training, share).projection()->ready;
      EXPECT_FALSE(ready && std::abs(error_at(training, share)) > 0.04) << per_episode << " at " << share;
    }
  }
}

TEST(WithinEpochs, AStepIsNoTrend) {
  const auto training =
      simulate({.steps = 1000, .rate = [](double share) { return share < 0.2 ? 1.0 : 1.5; }});
  EXPECT_TRUE(watched(training, 0.4).projection()->ready);
}

// Seen once or twice, an evaluation's period is a guess: it may never come again, or as regularly as it has.
TEST(WithinEpochs, FewEvaluationsBetweenStepsAreInTheInterval) {
  int looks = 0, covered = 0;
  for (const int every : {20, 40, 100, 150})
    for (const double noise : {0.01, 0.15})
      for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto training = simulate({.steps = 400,
                                        .noise = noise,
                                        .checkpoint_every = every,
                                        .checkpoint_seconds = 0.4 * every * 0.1},
                                       seed);
        for (double share = 0.05; share < 0.9; share += 0.05) {
          const bool one_was_seen = share * 400 >= every + 25;
          if (!one_was_seen) continue;
          const auto p = *watched(training, share).projection();
          ++looks;
          covered += p.total.interval->contains(training.energy);
        }
      }
  EXPECT_GE(covered, 0.95 * looks) << looks;
}

// A phase that needs less, such as a validation on little data, is not mistaken for something missing.
TEST(WithinEpochs, CheaperStretchesAreExpectedToGoOn) {
  const auto cheap = [](double share) { return std::fmod(share * 15, 1) < 0.75 ? 1.0 : 0.6; };
  const auto training = simulate({.steps = 600, .noise = 0.01, .rate = cheap});
  for (const double share : {0.3, 0.5, 0.7}) {
    const auto p = *watched(training, share).projection();
    EXPECT_NEAR(p.total.value / training.energy, 1, 0.02) << share;
  }
}

// As where samples are sorted by their length, or a curriculum makes them harder.
TEST(WithinEpochs, ATrendIsInTheIntervalAndNotReadyWhileItMatters) {
  int looks = 0, covered = 0, wrong = 0;
  for (const double slope : {-0.9, -0.5, 0.5, 2.0})
    for (const double noise : {0.02, 0.1})
      for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto training = simulate(
            {.steps = 600, .noise = noise, .rate = [slope](double share) { return 1 + slope * share; }},
            seed);
        for (const double share : {0.4, 0.5, 0.6, 0.7}) {
          const auto p = *watched(training, share).projection();
          ++looks;
          covered += p.total.interval->contains(training.energy);
          wrong += p.ready && std::abs(p.total.value / training.energy - 1) > 0.05;
        }
      }
  EXPECT_GE(covered, 0.9 * looks) << looks;
  EXPECT_LE(wrong, 0.02 * looks) << looks;
}

}  // namespace
}  // namespace joulecast::estimate
