// What a probe of a minute or two may say of a training of hours or days.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "estimate/online/run_projector.hpp"
#include "simulated_training.hpp"

namespace joulecast::estimate {
namespace {

using testing::simulate;
using testing::TrainingRecipe;

constexpr Seconds reading{1};

/// What was forecast after so many seconds of a training whose steps count, and when it was ready first.
struct Watched {
  std::optional<Projection> last;
  std::optional<Seconds> ready_at;
  std::optional<Projection> when_ready;
};

/// The work is heard as a live measurement hears it: what was done by each reading of the meters. `total`:
/// all the steps that were announced, of which the recipe's are the first.
Watched watch_for(Seconds seconds, double total, const TrainingRecipe& recipe, double epoch_work = 0) {
  const auto training = simulate(recipe);
  auto projector = *RunProjector::begin({.total_work = total});
  projector.set_counts_steps(true);
  if (epoch_work > 0) projector.set_epoch_work(epoch_work);
  Watched watched;
  const Movement nothing{.work = 0, .span = {}, .energy = Joules{0}, .outside = Joules{0}};
  auto moved = nothing;
  for (const auto& step : training.movements) {
    if (step.span.begin > seconds) break;
    if (moved.work == 0) moved.span.begin = step.span.begin;
    moved.work += step.work;
    moved.span.end = step.span.end;
    moved.energy = *moved.energy + *step.energy;
    moved.outside = *moved.outside + step.outside.value_or(Joules{0});
    moved.epoch_end = step.epoch_end;
    if (moved.span.length() < reading && !step.epoch_end) continue;
    EXPECT_TRUE(projector.move(moved));
    moved = nothing;
    watched.last = projector.projection();
    if (!watched.ready_at && watched.last && watched.last->ready) {
      watched.ready_at = projector.time();
      watched.when_ready = watched.last;
    }
  }
  return watched;
}

constexpr double of_hours = 400'000;  // steps of 0.1 s: eleven hours
constexpr double of_days = 10'000'000;

TEST(FirstMinute, SufficesForATrainingOfHoursOrDays) {
  for (const double total : {of_hours, of_days}) {
    for (const double noise : {0.0, 0.05}) {
      const auto watched = watch_for(Seconds{90}, total, {.steps = 1000, .noise = noise});
      ASSERT_TRUE(watched.ready_at) << total << " " << noise;
      EXPECT_GE(*watched.ready_at, Seconds{25});
      EXPECT_LE(*watched.ready_at, Seconds{60});
      const auto& p = *watched.when_ready;
      EXPECT_NEAR(p.total.value.value() / (total * 0.1 * 300), 1, 0.02);
    }
  }
}

TEST(FirstMinute, IsNeverMoreThanAWideForecast) {
  for (const double total : {of_hours, of_days}) {
    const auto p = *watch_for(Seconds{90}, total, {.steps = 1000}).when_ready;
    EXPECT_LT(p.total.interval->low, p.total.value / 1.2);
    EXPECT_GT(p.total.interval->high, p.total.value * 1.4);
    EXPECT_LT(p.duration.interval->low, p.duration.value / 1.2);
    EXPECT_GT(p.duration.interval->high, p.duration.value * 1.4);
  }
}

TEST(FirstMinute, EndsNoTraining) {
  const auto watched = watch_for(Seconds{90}, of_hours, {.steps = 1000});
  EXPECT_TRUE(watched.last->ready);
  EXPECT_FALSE(watched.last->may_act);
}

TEST(FirstMinute, WaitsForTheEndOfTheStartUp) {
  // thirty seconds in which kernels are compiled and tuned
  const auto watched =
      watch_for(Seconds{120}, of_hours, {.steps = 1000, .start_up_steps = 10, .start_up_factor = 30});
  ASSERT_TRUE(watched.ready_at);
  EXPECT_GE(*watched.ready_at, Seconds{50});
  EXPECT_NEAR(watched.when_ready->total.value.value() / (of_hours * 0.1 * 300), 1, 0.02);
}

TEST(FirstMinute, SaysNothingOfAFewSlowSteps) {
  EXPECT_FALSE(watch_for(Seconds{90}, of_hours, {.steps = 60, .step_seconds = 2}).ready_at);
  // a hundred of them do, however long that takes
  EXPECT_TRUE(watch_for(Seconds{300}, of_hours, {.steps = 160, .step_seconds = 2}).ready_at);
}

TEST(FirstMinute, SaysNothingWhileTheCostChanges) {
  const auto rising = [](double share) { return 1 + share; };
  EXPECT_FALSE(watch_for(Seconds{90}, of_hours, {.steps = 600, .rate = rising}).ready_at);
}

TEST(FirstMinute, OfManyShortEpochsHoldsTheirEnds) {
  // 2,000 epochs of 3 s, a third of each a validation
  TrainingRecipe recipe{.steps = 600, .steps_per_epoch = 20, .validation_seconds = 1};
  const double total = 2000.0 * 20;
  const auto watched = watch_for(Seconds{80}, total, recipe, 20);
  ASSERT_TRUE(watched.ready_at);
  EXPECT_NEAR(watched.when_ready->total.value.value() / (2000 * 3 * 300), 1, 0.05);
}

TEST(FirstMinute, HoldsAnEvaluationThatHasNotCome) {
  // one of 80 s each 8,000 steps of 0.1 s: a tenth more than the steps cost
  const auto p = *watch_for(Seconds{90}, of_hours, {.steps = 1000}).when_ready;
  EXPECT_TRUE(p.total.interval->contains(Joules{1.1 * of_hours * 0.1 * 300}));
  EXPECT_TRUE(p.total.interval->contains(Joules{1.3 * of_hours * 0.1 * 300}));
}

TEST(FirstMinute, IsNarrowerAboveWhereEvaluationsHaveCome) {
  const auto unseen = *watch_for(Seconds{110}, of_hours, {.steps = 1500}).when_ready;
  const auto watched =
      watch_for(Seconds{110}, of_hours, {.steps = 1500, .checkpoint_every = 100, .checkpoint_seconds = 2});
  ASSERT_TRUE(watched.when_ready);
  const auto seen = *watched.when_ready;
  EXPECT_NEAR(seen.total.value.value() / (of_hours * 0.12 * 300), 1, 0.05);
  EXPECT_LT(seen.total.interval->high / seen.total.value, unseen.total.interval->high / unseen.total.value);
}

// What comes later in the probe than its first ready forecast was inside of it.
TEST(FirstMinute, HoldsWhatComesBetweenTheStepsHoweverRarely) {
  for (const double noise : {0.0, 0.1})
    for (const int every : {20, 100, 300, 500, 1000})
      for (const double seconds : {0.5, 2.0, 0.03 * every}) {
        const auto watched = watch_for(
            Seconds{150}, of_hours,
            {.steps = 1500, .noise = noise, .checkpoint_every = every, .checkpoint_seconds = seconds});
        if (!watched.when_ready) continue;
        EXPECT_TRUE(
            watched.when_ready->total.interval->contains(Joules{of_hours * (0.1 + seconds / every) * 300}))
            << every << " " << seconds << " " << noise;
      }
}

}  // namespace
}  // namespace joulecast::estimate
