// The energy of a training step on a CPU by layer, and the accuracy of such estimates, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/forecast/predict_layers.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::LayerwisePrediction& prediction);
/// {"network", "cpu", "batch", "forward_j", "backward_j", "step_j", "interval_j": [low, high] or null,
/// "interval", "forward_s", "backward_s", "moved_bytes_share", "other_cpu_factor", "layers": [{"name",
/// "operation", "basis", "forward_j", "backward_j", "share"}…], "not_counted": {operation: nodes}}
[[nodiscard]] nlohmann::ordered_json to_json(const session::LayerwisePrediction& prediction);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::LayerwisePrediction& prediction);

[[nodiscard]] std::string to_text(const estimate::LayerwiseEvaluation& evaluation);
/// {"held_out_shapes": [{"cpu", "kind", "pass", "rows", "median_ape", "mean_ape", "p90_ape", "sum_ratio",
/// "coverage"}…], "larger_layers": [same], "other_cpu": [{"fitted_on", "cpu", "rows", "factor", "median_ape",
/// "median_ape_with_factor"}…], "networks": [{"cpu", "network", "batch", "forward_j", "backward_j", "step_j":
/// {"measured", "predicted", "error_percent"}, "interval_j", "covered"}…]}
[[nodiscard]] nlohmann::ordered_json to_json(const estimate::LayerwiseEvaluation& evaluation);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const estimate::LayerwiseEvaluation& evaluation);

}  // namespace joulecast::report
