// Synthetic trainings made from a recipe, so that their totals are known: units of work with a shape and
// noise.
#pragma once

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "estimate/online/adaptive.hpp"
#include "estimate/online/method.hpp"

namespace joulecast::estimate::testing {

struct Synthetic {
  std::vector<WorkUnit> units;

  [[nodiscard]] double total_work() const {
    double sum = 0;
    for (const auto& unit : units) sum += unit.work;
    return sum;
  }
  [[nodiscard]] double energy() const {
    double sum = 0;
    for (const auto& unit : units) sum += unit.energy->value();
    return sum;
  }
  [[nodiscard]] double duration() const {
    double sum = 0;
    for (const auto& unit : units) sum += unit.duration.value();
    return sum;
  }
};

struct Recipe {
  int units = 100;
  std::function<double(int)> power = [](int) { return 300.0; };   ///< W in unit i
  std::function<double(int)> seconds = [](int) { return 60.0; };  ///< time that unit i takes for its work
  std::function<double(int)> work = [](int) { return 1.0; };
  /// Relative standard deviation of a unit's power. The one of its length is a fifth of it.
  double noise = 0.01;
};

inline Synthetic make(const Recipe& recipe, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Synthetic run;
  for (int i = 0; i < recipe.units; ++i) {
    const double seconds = recipe.seconds(i) * (1 + recipe.noise / 5 * normal(random));
    const double power = recipe.power(i) * (1 + recipe.noise * normal(random));
    run.units.push_back(
        {.work = recipe.work(i), .duration = Seconds{seconds}, .energy = Joules{power * seconds}});
  }
  return run;
}

/// The estimate after each unit.
inline std::vector<OnlineEstimate> watch(const Synthetic& run, std::optional<Prior> prior = std::nullopt) {
  Adaptive adaptive({.total_work = run.total_work(), .prior = prior});
  std::vector<OnlineEstimate> estimates;
  for (const auto& unit : run.units) {
    if (!adaptive.observe(unit)) break;
    estimates.push_back(*adaptive.estimate());
  }
  return estimates;
}

/// Over many random seeds: how often the interval contained the true value at given moments, and the mean
/// error of the estimate.
struct Watched {
  double coverage = 0;    ///< share over all seeds and moments
  double mean_error = 0;  ///< mean |estimate - truth| / truth
  double worst_error = 0;
  double ready = 0;  ///< share over all seeds and moments
  double duration_coverage = 0;
};

inline Watched watch_many(const Recipe& recipe, const std::vector<int>& after_units, unsigned seeds = 40) {
  Watched all;
  double looks = 0;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    const auto run = make(recipe, seed);
    const auto estimates = watch(run);
    const double truth = run.energy();
    for (const int n : after_units) {
      const auto& e = estimates.at(static_cast<std::size_t>(n) - 1);
      const double error = std::abs(e.total.value.value() / truth - 1);
      ++looks;
      all.coverage += e.total.interval->contains(Joules{truth});
      all.duration_coverage += e.duration->interval->contains(Seconds{run.duration()});
      all.ready += e.ready;
      all.mean_error += error;
      all.worst_error = std::max(all.worst_error, error);
    }
  }
  all.coverage /= looks;
  all.duration_coverage /= looks;
  all.ready /= looks;
  all.mean_error /= looks;
  return all;
}

}  // namespace joulecast::estimate::testing
