// Predictions as text and JSON; also reads the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "session/forecast/predict_training.hpp"

namespace joulecast::report {

/// One prediction in full, or several as a table, cheapest first.
[[nodiscard]] std::string to_text(const std::vector<session::Prediction>& predictions);

/// {"model_file", "predictions": [{"model", "gpu", "gpu_count", "batch_size", "power_limit_w", "steps",
/// "power_w":
/// {"value", "low", "high", "interval"} or null, "epoch_time_s", "epoch_energy_j", "total_energy_j": the
/// same, "co2e_g", "memory": {"needed_gb", "available_gb", "fits"}, "novelty", "nearest",
/// "uncounted_share", "starts": [{"start", "end", "at_wall_j", "pue", "outside_c", "co2e_g", "warnings"}…] if
/// they were asked for, "warnings"}…]}
[[nodiscard]] nlohmann::ordered_json to_json(const session::PredictionResult& result);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::PredictionResult& result);

/// Reads what to_json() wrote, or another program's JSON of the same form. Absent or null values are unknown.
/// The texts ("nearest", "warnings") are not read. The number of epochs is total energy over epoch energy.
/// malformed, naming `where`, for anything else.
[[nodiscard]] Result<session::PredictionResult> predictions_from_json(std::string_view text,
                                                                      const std::string& where);

}  // namespace joulecast::report
