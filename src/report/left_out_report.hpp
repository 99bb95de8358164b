// Why runs are left out, one line a reason, as `compare`, `tradeoff` and `recommend` say it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "session/tables/left_out_runs.hpp"

namespace joulecast::report {

/// "2 runs are still running, left out: a, b" for each reason, then the warnings. `without_figure` is what
/// happens to a run that does not know a figure.
[[nodiscard]] std::vector<std::string> with_left_out(std::span<const session::LeftOutRuns> left_out,
                                                     std::string_view without_figure,
                                                     const std::vector<std::string>& warnings);

/// "warnings": the same lines; and, where runs are left out, "runs_left_out": [{"reason", "column", "count",
/// "runs"}].
void put_left_out(nlohmann::ordered_json& json, std::span<const session::LeftOutRuns> left_out,
                  std::string_view without_figure, const std::vector<std::string>& warnings);

}  // namespace joulecast::report
