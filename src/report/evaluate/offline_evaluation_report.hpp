// The scores of offline methods as a text table and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "estimate/evaluation/evaluate_offline.hpp"

namespace joulecast::report {

/// {"split", "train_rows", "test_rows", "methods": [{"name", "target", "rows", "median_ape", "mean_ape",
/// "p90_ape", "rmse", "r2", "coverage", "interval_width"}…], "groups": [{"source", "gpu", "seen",
/// "methods"}…], "noise_floor"}. APEs and widths in percent; rmse in W, s or J.
[[nodiscard]] nlohmann::ordered_json to_json(const estimate::OfflineEvaluation& evaluation);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const estimate::OfflineEvaluation& evaluation);
[[nodiscard]] std::string to_text(const estimate::OfflineEvaluation& evaluation);

}  // namespace joulecast::report
