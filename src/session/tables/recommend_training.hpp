// `joulecast recommend`: the cheapest alternative that keeps the requirements, among runs and predictions.
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
  std::vector<Prediction> predictions;  ///< candidates that nobody has run
  std::string predictions_source;       ///< what errors call them: the file they are from
  std::optional<RunTable> candidates;   ///< the same as a table: see candidates_from()
};

struct TrainingRecommendation {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  std::vector<LeftOutRuns> left_out;  ///< runs without a label or a figure, where the rows are runs
  tradeoff::RecommendOptions options;
  tradeoff::Recommendation recommendation;
  std::vector<std::string> warnings;
};

/// malformed (naming the row) for text among the figures; invalid for columns that are not there, a
/// requirement that is none, and where nothing keeps every requirement.
[[nodiscard]] Result<TrainingRecommendation> recommend_training(const RunTable& table,
                                                                const RecommendRequest& request);

}  // namespace joulecast::session
