// Finds the cheapest alternative that meets the requirements, among runs and predictions: `joulecast
// recommend`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/forecast/predict_training.hpp"
#include "session/tables/alternatives.hpp"
#include "tradeoff/recommend.hpp"

namespace joulecast::session {

struct RecommendRequest {
  AlternativesRequest alternatives;
  std::string minimise;  ///< "" = the table's energy column
  std::vector<std::string> requirements;
  std::string baseline;
  std::vector<Prediction> predictions;  ///< candidates that have not been run
  std::string predictions_source;       ///< name of the predictions in errors: their file
  std::optional<RunTable> candidates;   ///< candidates as a table; see candidates_from()
};

struct TrainingRecommendation {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  /// Runs without a label or a figure, if the rows are runs.
  std::vector<LeftOutRuns> left_out;
  tradeoff::RecommendOptions options;
  tradeoff::Recommendation recommendation;
  std::vector<std::string> warnings;
};

/// malformed (naming the row) for text among the figures; invalid for an unknown column or a malformed
/// requirement, and if no alternative meets all requirements.
[[nodiscard]] Result<TrainingRecommendation> recommend_training(const RunTable& table,
                                                                const RecommendRequest& request);

}  // namespace joulecast::session
