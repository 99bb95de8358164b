// Trains the offline methods on some measured rows and scores them on others.
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
  std::string name;  ///< name of the method
  Target target = Target::power;
  Scores scores;  ///< `runs` counts rows here
  double r2 = 0;  ///< R2 of the target's values themselves, not of their logarithms
  bool told_duration = false;
};

struct OfflineEvaluation {
  struct Group {
    std::string source, gpu, seen;
    std::string precision, mode;  ///< of tables that have them; "train" or "infer"
    std::vector<OfflineScores> methods;
  };
  std::string split;  ///< "random", …, or "table" if a second table was the test set
  int shots = 0;
  std::size_t train_rows = 0;  ///< mean over folds
  std::size_t test_rows = 0;   ///< rows that were predicted
  std::vector<OfflineScores> methods;
  std::vector<Group> groups;
  /// Scatter between repeats of one configuration in the first table: no method can have a smaller error.
  RepeatNoise noise;
};

/// For each target, how far each held-out row was off. Calibrates a model's intervals.
using HeldOutMisses = std::array<std::vector<Miss>, target_count>;

/// Cross-validation with a split. A fold's intervals are calibrated on the held-out rows of the other folds.
/// `misses`, if given, receives the misses of all methods.
[[nodiscard]] Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> samples, Split split,
                                                         const OfflineEvaluationOptions& options,
                                                         HeldOutMisses* misses = nullptr);

/// Trains on one table and tests on another. The intervals are calibrated by cross-validation within the
/// first.
[[nodiscard]] Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> train,
                                                         std::span<const Sample> test,
                                                         const OfflineEvaluationOptions& options);

}  // namespace joulecast::estimate
