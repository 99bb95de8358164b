// The result of `fit` as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/forecast/fit_models.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::FitResult& fit);
/// {"model_file", "rows", "runs": {"used", "left_out"}, "methods": [name…], "scores": [{"split", "method",
/// "target", "median_ape", "mean_ape", "coverage"}…]}. APEs in percent.
[[nodiscard]] nlohmann::ordered_json to_json(const session::FitResult& fit);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::FitResult& fit);

}  // namespace joulecast::report
