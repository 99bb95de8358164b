// The offline methods, trained on some measured rows and scored on others.
#pragma once

#include <string>
#include <vector>

#include "estimate/evaluation/scores.hpp"
#include "estimate/evaluation/splits.hpp"
#include "estimate/offline/interval_factors.hpp"
#include "estimate/offline/method.hpp"
#include "estimate/offline/observation.hpp"

namespace joulecast::estimate {

struct OfflineEvaluationOptions {
  SplitOptions split;
  FitOptions fit;
  std::vector<std::string> methods;  ///< names; empty = all
  int threads = 0;                   ///< 0 = one for each processor
};

struct OfflineScores {
  std::string name;  ///< of the method
  Target target = Target::power;
  Scores scores;  ///< `runs` are rows
  double r2 = 0;  ///< of the target's own values
  bool told_duration = false;
};

struct OfflineEvaluation {
  struct Group {
    std::string source, gpu, seen;
    std::vector<OfflineScores> methods;
  };
  std::string split;  ///< "random", …, or "table" where a second table was tested
  int shots = 0;
  std::size_t train_rows = 0;  ///< mean over folds
  std::size_t test_rows = 0;   ///< rows that were predicted
  std::vector<OfflineScores> methods;
  std::vector<Group> groups;
  /// Between repeats of one configuration of the first table: the least error that can be reached.
  RepeatNoise noise;
};

/// By target: how far each held-out row was off, for the calibration of a model.
using HeldOutMisses = std::array<std::vector<Miss>, 3>;

/// By cross-validation with a split. Intervals come from the other folds' held-out rows. `misses`, where
/// given, takes those of all methods.
[[nodiscard]] Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> samples, Split split,
                                                         const OfflineEvaluationOptions& options,
                                                         HeldOutMisses* misses = nullptr);

/// Trained on one table, tested on another. Intervals come from cross-validation within the first.
[[nodiscard]] Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> train,
                                                         std::span<const Sample> test,
                                                         const OfflineEvaluationOptions& options);

}  // namespace joulecast::estimate
