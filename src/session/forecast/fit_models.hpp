// Learns the cost of trainings from measured configurations and writes a model file for predictions.
#pragma once

#include <cstdint>
#include <filesystem>

#include "estimate/offline/model_file.hpp"
#include "session/forecast/fit_data.hpp"

namespace joulecast::session {

struct FitRequest {
  FitInput input;
  std::filesystem::path output = "joulecast-model.json";
  std::uint64_t seed = 1;  ///< for splits and random searches
};

struct FitResult {
  estimate::ModelFile model;
  std::filesystem::path output;
  std::size_t runs_used = 0, runs_left_out = 0;  ///< counts of the store's runs
  std::string left_out_text;                     ///< one line on what was left out; "" if nothing was
};

/// Has the errors of gather_fit_data() and estimate::fit_models(). Also fails if the output is not writable,
/// which is checked before the work.
[[nodiscard]] Result<FitResult> fit_models(const FitRequest& request);

}  // namespace joulecast::session
