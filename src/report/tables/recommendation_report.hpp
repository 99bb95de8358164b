// Results of `recommend` as text and JSON. docs/tradeoff.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/tables/recommend_training.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::TrainingRecommendation& recommendation);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::TrainingRecommendation& recommendation);
[[nodiscard]] std::string to_text(const session::TrainingRecommendation& recommendation, int width = 100);
[[nodiscard]] std::string conclusion(const session::TrainingRecommendation& recommendation);

}  // namespace joulecast::report
