// Lists why runs are left out, with one line per reason. Shared by `compare`, `tradeoff` and `recommend`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "session/tables/left_out_runs.hpp"

namespace joulecast::report {

/// "2 runs are still running, left out: a, b" for each reason, followed by the warnings. `without_figure`
/// says what happens to a run without a figure.
[[nodiscard]] std::vector<std::string> with_left_out(std::span<const session::LeftOutRuns> left_out,
                                                     std::string_view without_figure,
                                                     const std::vector<std::string>& warnings);

/// Adds "warnings" with the same lines and, if runs are left out, "runs_left_out": [{"reason", "column",
/// "count", "runs"}].
void put_left_out(nlohmann::ordered_json& json, std::span<const session::LeftOutRuns> left_out,
                  std::string_view without_figure, const std::vector<std::string>& warnings);

}  // namespace joulecast::report
