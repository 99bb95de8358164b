// Fits every offline method to measured rows and scores it by cross-validation. The result is the content of
// a model file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimate/offline/model_file.hpp"

namespace joulecast::estimate {

struct ModelFitOptions {
  FitOptions fit;
  std::vector<SourceNote> sources;
  std::string created;  ///< time of creation; kept in the file
  int threads = 0;      ///< 0 = one for each processor
};

/// Fits every method that has parameters to learn. The intervals of `physics` and the scores come from
/// held-out rows, for each kind of split for which the samples have enough groups. invalid if a method cannot
/// be fitted.
[[nodiscard]] Result<ModelFile> fit_models(std::span<const Sample> samples, const ModelFitOptions& options);

}  // namespace joulecast::estimate
