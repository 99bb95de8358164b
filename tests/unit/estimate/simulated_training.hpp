// Simulated trainings whose true cost is known, reported step by step as a live measurement would.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "estimate/online/run_projector.hpp"

namespace joulecast::estimate::testing {

struct TrainingRecipe {
  int steps = 1000;
  int steps_per_epoch = 0;  ///< 0 = the training knows no epochs
  double step_seconds = 0.1;
  double watts = 300;
  double noise = 0.02;  ///< relative standard deviation of a step's time
  int start_up_steps = 0;
  double start_up_factor = 1;      ///< how much longer these steps take
  double preparation_seconds = 0;  ///< before each epoch's first step
  double half_way_seconds = 0;     ///< in the middle of each epoch
  double validation_seconds = 0;   ///< at each epoch's end
  int checkpoint_every = 0;        ///< steps; 0 = never
  double checkpoint_seconds = 0;
  double end_phase_seconds = 0;  ///< within the last movement
  std::function<double(double)> rate = [](double) {
    return 1.0;
  };                     ///< factor on a step's time at a share of the work
  int report_every = 1;  ///< steps in a movement
  bool validation_is_a_movement =
      false;                  ///< reported on its own, without work, instead of with the last step
  double before_seconds = 0;  ///< imports, before the first step
};

struct SimulatedTraining {
  std::vector<Movement> movements;
  Joules energy{0};
  Seconds duration{0};
  double total_work = 0;
};

inline SimulatedTraining simulate(const TrainingRecipe& recipe, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  SimulatedTraining training;
  training.total_work = recipe.steps;
  double time = recipe.before_seconds;
  double begin = time;
  int pending = 0;
  const auto report = [&](bool epoch_end) {
    Movement movement{.work = static_cast<double>(pending),
                      .span = {Seconds{begin}, Seconds{time}},
                      .energy = Watts{recipe.watts} * Seconds{time - begin},
                      .outside = Joules{0},
                      .epoch_end = epoch_end};
    if (training.movements.empty()) movement.outside = Watts{recipe.watts} * Seconds{begin};
    training.movements.push_back(movement);
    begin = time;
    pending = 0;
  };
  for (int i = 0; i < recipe.steps; ++i) {
    const double share = static_cast<double>(i) / recipe.steps;
    const double factor = i < recipe.start_up_steps ? recipe.start_up_factor : 1;
    if (recipe.steps_per_epoch > 0 && i % recipe.steps_per_epoch == 0) time += recipe.preparation_seconds;
    if (recipe.steps_per_epoch > 0 && i % recipe.steps_per_epoch == recipe.steps_per_epoch / 2)
      time += recipe.half_way_seconds;
    time +=
        recipe.step_seconds * factor * recipe.rate(share) * std::max(0.1, 1 + recipe.noise * normal(random));
    ++pending;
    if (recipe.checkpoint_every > 0 && (i + 1) % recipe.checkpoint_every == 0)
      time += recipe.checkpoint_seconds;
    if (i + 1 == recipe.steps) time += recipe.end_phase_seconds;
    const bool ends = recipe.steps_per_epoch > 0 && (i + 1) % recipe.steps_per_epoch == 0;
    if (ends && recipe.validation_is_a_movement) report(false);
    if (ends) time += recipe.validation_seconds;
    if (ends || pending >= recipe.report_every || i + 1 == recipe.steps) report(ends);
  }
  training.duration = Seconds{time};
  training.energy = Watts{recipe.watts} * training.duration;
  return training;
}

/// A projector that has been told a share of the training; at 1 all of it.
inline RunProjector watched(const SimulatedTraining& training, double share, double epoch_work = 0) {
  auto projector = *RunProjector::begin({.total_work = training.total_work});
  projector.set_counts_steps(true);
  if (epoch_work > 0) projector.set_epoch_work(epoch_work);
  for (const auto& movement : training.movements) {
    if (share < 1 && projector.work_done() >= share * training.total_work * (1 - 1e-9)) break;
    (void)projector.move(movement);
  }
  return projector;
}

}  // namespace joulecast::estimate::testing
