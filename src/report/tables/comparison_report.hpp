// Results of `compare` as text, JSON, CSV and a plot. docs/compare.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/pictures/plot.hpp"
#include "session/tables/compare_runs.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::Comparison& comparison);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::Comparison& comparison);
/// Lines have at most `width` characters. The box plot uses Unicode or ASCII characters.
[[nodiscard]] std::string to_text(const session::Comparison& comparison, int width = 100,
                                  bool unicode = true);
/// One row per group, test and pair.
[[nodiscard]] std::string to_csv(const session::Comparison& comparison);
[[nodiscard]] BoxPlot to_plot(const session::Comparison& comparison);

/// "52 %", "3.7 %".
[[nodiscard]] std::string percent_text(double share);

/// The result in plain language: what differs, by how much and how surely, and what remains open.
[[nodiscard]] std::string conclusion(const session::Comparison& comparison);

}  // namespace joulecast::report
