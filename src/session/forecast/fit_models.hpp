// Learns from measured configurations what trainings cost, and writes a model file for predictions.
#pragma once

#include <cstdint>
#include <filesystem>

#include "estimate/offline/model_file.hpp"
#include "session/forecast/fit_data.hpp"

namespace joulecast::session {

struct FitRequest {
  FitInput input;
  std::filesystem::path output = "joulecast-model.json";
  std::uint64_t seed = 1;  ///< of splits and searches
};

struct FitResult {
  estimate::ModelFile model;
  std::filesystem::path output;
  std::size_t runs_used = 0, runs_left_out = 0;  ///< of the store
  std::string left_out_text;                     ///< one line, "" where nothing was left out
};

/// Errors of gather_fit_data() and of estimate::fit_models(), and where the output cannot be written: that is
/// asked before the work.
[[nodiscard]] Result<FitResult> fit_models(const FitRequest& request);

}  // namespace joulecast::session
