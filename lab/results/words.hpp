// Phrases of the campaign's report. Internal to lab/results.
#pragma once

#include <cmath>
#include <string>

#include "base/text.hpp"
#include "lab/results/campaign_report.hpp"

namespace joulecast::lab {

template <class Unit>
std::string figure_text(Unit value) {
  return to_text(value);
}
/// Of a column without a unit that we know.
[[nodiscard]] std::string figure_text(double value);

/// "1.2 kJ to 1.5 kJ"; in brackets the range of runs that are too few for an interval.
template <class Unit>
std::string spread_text(const FigureSpread& spread) {
  const bool few = !std::isfinite(spread.interval.low);
  const auto& range = few ? spread.range : spread.interval;
  if (spread.runs < 2) return "";
  const auto text = figure_text(Unit{range.low}) + " to " + figure_text(Unit{range.high});
  return few ? "(" + text + ")" : text;
}

/// "energy", "energy per sample", "time"; a metric's own name.
[[nodiscard]] std::string name_of_cost(const std::string& column);
[[nodiscard]] std::string capitalised(std::string text);
/// "3 runs", "1 run"
[[nodiscard]] std::string counted(std::size_t count, const std::string& what);
/// "out of memory", "stopped after its time" …
[[nodiscard]] std::string in_words(Outcome outcome);
/// "narrow enough", "compared", …
[[nodiscard]] std::string in_words(stats::CellState state);
/// "2.1 %", "< 0.1 %"
[[nodiscard]] std::string share_text(double share);

}  // namespace joulecast::lab
