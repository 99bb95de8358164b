// Predictions for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "session/forecast/predict_training.hpp"

namespace joulecast::report {

/// One prediction in full, several as a table, cheapest first.
[[nodiscard]] std::string to_text(const std::vector<session::Prediction>& predictions);
/// [{"model", "gpu", "gpu_count", "batch_size", "power_limit_w", "power_w": {"value", "low", "high",
/// "interval"}, "epoch_time_s", "epoch_energy_j", "total_energy_j": the same or null, "co2e_g", "memory":
/// {"needed_gb", "available_gb", "fits"}, "novelty", "nearest", "warnings"}…]
[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<session::Prediction>& predictions);

}  // namespace joulecast::report
