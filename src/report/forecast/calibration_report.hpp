// The measurements of a calibration and how far the model follows them, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/forecast/calibrate_machine.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::CalibrationResult& calibration);
/// {"devices": [{"name", "workloads": [{"name", "amount", "unit", "duration_s", "power_w",
/// "provenance"}…]}…], "configurations", "micro_followed", "runs_followed", "before": {target: percent or
/// null}, "after"}
[[nodiscard]] nlohmann::ordered_json to_json(const session::CalibrationResult& calibration);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::CalibrationResult& calibration);

}  // namespace joulecast::report
