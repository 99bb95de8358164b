// The scores of the modelled CPU power as a text table and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/evaluate/cpu.hpp"

namespace joulecast::report {

/// {"cpus", "rows", "unsteady_rows", "mean_ape", "median_ape", "coverage", "interval_width",
/// "mean_ape_without_clock", "coverage_without_clock", "interval_width_without_clock", "groups": [{"cpu",
/// "sockets", "cores", "coefficients", "clock", the same figures, "idle_w", "modelled_idle_w"}…]}. APEs and
/// widths in percent, coverage 0..1; "mean_ape" is with the clock where the table gives it.
[[nodiscard]] nlohmann::ordered_json to_json(const session::CpuEvaluation& evaluation);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::CpuEvaluation& evaluation);
[[nodiscard]] std::string to_text(const session::CpuEvaluation& evaluation);

}  // namespace joulecast::report
