// Results of `tradeoff` as text, JSON, CSV and a plot. docs/tradeoff.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/pictures/plot.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::Tradeoff& tradeoff);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::Tradeoff& tradeoff);
[[nodiscard]] std::string to_text(const session::Tradeoff& tradeoff, int width = 100, bool unicode = true);
[[nodiscard]] std::string to_csv(const session::Tradeoff& tradeoff);  ///< one row per alternative
/// Runs as faint dots, medians with names, and the Pareto front as steps.
[[nodiscard]] Plot to_plot(const session::Tradeoff& tradeoff);
[[nodiscard]] std::string conclusion(const session::Tradeoff& tradeoff);

/// "0.386 MJ", with the unit from the column's name; "81 %" for a share.
[[nodiscard]] std::string figure_text(double value, const std::string& column);

}  // namespace joulecast::report
