// Learns every offline method from measured rows and judges it by cross-validation: what a model file holds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimate/offline/model_file.hpp"

namespace joulecast::estimate {

struct ModelFitOptions {
  FitOptions fit;
  std::vector<SourceNote> sources;
  std::string created;  ///< when; kept in the file
  int threads = 0;      ///< 0 = one for each processor
};

/// Learns every method that has something to learn. The intervals of `physics` and the scores come from rows
/// held out by each kind of split that the samples have groups enough for. invalid where a method cannot be
/// fitted.
[[nodiscard]] Result<ModelFile> fit_models(std::span<const Sample> samples, const ModelFitOptions& options);

}  // namespace joulecast::estimate
