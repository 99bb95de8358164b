// Numbers in JSON: NaN and infinity are not JSON, and a missing figure is null, never 0.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace joulecast::report {

inline nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}
inline nlohmann::ordered_json json_number(std::optional<double> value) {
  return value ? json_number(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace joulecast::report
