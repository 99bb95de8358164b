// How right the predictions before training are, on measured configurations that they had not seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "estimate/evaluation/evaluate_offline.hpp"

namespace joulecast::session {

struct OfflineEvaluationRequest {
  std::filesystem::path table;          ///< workload table to train on
  std::filesystem::path test;           ///< another to test on; empty = cross-validation on the first
  std::string split = "configuration";  ///< what is held out: estimate::split_from()
  int shots = 0;                        ///< with split "gpu": configurations of the new GPU to train on
  std::filesystem::path graphs;         ///< as estimate::sample_context()
  std::vector<std::filesystem::path> gpu_files;  ///< descriptions of GPUs that the catalogue lacks
  std::vector<std::string> methods;              ///< only these; empty = all
  std::string regression;                        ///< of pre-power and pre-energy; empty = the best of four
  std::uint64_t seed = 1;                        ///< of splits and searches
};

struct OfflineEvaluationResult {
  estimate::OfflineEvaluation evaluation;
  estimate::RowsLeftOut left_out;  ///< rows of GPUs that nothing is known of
};

/// malformed with file:line; invalid for what the request says impossibly, or too few rows for the split.
/// Where rows were left out an error says so too: they may be its cause.
[[nodiscard]] Result<OfflineEvaluationResult> evaluate_offline(const OfflineEvaluationRequest& request);

/// "2 rows left out, the first at table.csv:6: …"; empty where none was.
[[nodiscard]] std::string left_out_text(const estimate::RowsLeftOut& left_out);

}  // namespace joulecast::session
