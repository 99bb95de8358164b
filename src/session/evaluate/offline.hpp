// Tests the predictions before training on measured configurations that the methods have not seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "estimate/evaluation/evaluate_offline.hpp"

namespace joulecast::session {

struct OfflineEvaluationRequest {
  std::vector<std::filesystem::path> tables;  ///< tables of measured configurations to train on
  std::vector<std::filesystem::path> test;    ///< others to test on; empty = cross-validation on the first
  std::string split = "configuration";        ///< what is held out: estimate::split_from()
  int shots = 0;                 ///< with split "gpu": number of configurations of the new GPU to train on
  std::filesystem::path graphs;  ///< see estimate::sample_context()
  std::vector<std::filesystem::path> gpu_files;  ///< descriptions of GPUs that are not in the catalogue
  std::vector<std::string> methods;              ///< methods to evaluate; empty = all
  std::string regression;  ///< regression of pre-power and pre-energy; empty = the best of four
  std::uint64_t seed = 1;  ///< for splits and random searches
};

struct OfflineEvaluationResult {
  estimate::OfflineEvaluation evaluation;
  estimate::RowsLeftOut left_out;  ///< rows of unknown GPUs
};

/// malformed with file:line; invalid for impossible values in the request or too few rows for the split. If
/// rows were left out, the error says so, because they may be its cause.
[[nodiscard]] Result<OfflineEvaluationResult> evaluate_offline(const OfflineEvaluationRequest& request);

/// "2 rows left out, the first at table.csv:6: …"; empty if none was left out.
[[nodiscard]] std::string left_out_text(const estimate::RowsLeftOut& left_out);

}  // namespace joulecast::session
