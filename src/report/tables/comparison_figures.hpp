// Comparisons and trade-offs of energies as pictures with their tables. Internal to reports.
#pragma once

#include <string>

#include "report/document/document.hpp"
#include "session/tables/compare_runs.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::report {

/// Medians of the groups with their intervals, or the range of few runs, in the unit that the column's name
/// tells.
[[nodiscard]] Figure groups_figure(const session::Comparison& comparison);
/// Alternatives and the Pareto front, the costs in the unit of their column.
[[nodiscard]] Figure front_figure(const session::Tradeoff& tradeoff);

/// "1.2 kJ to 1.5 kJ"; "" where an end is unknown.
[[nodiscard]] std::string energy_range_text(double low, double high);
/// "+3.1 %", "the same".
[[nodiscard]] std::string difference_text(double value, double reference);

}  // namespace joulecast::report
