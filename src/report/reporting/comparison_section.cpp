// Several runs: their energies as intervals, how groups of them differ, and energy against correctness.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"
#include "report/tables/comparison_figures.hpp"
#include "report/tables/left_out_report.hpp"

namespace joulecast::report {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Every run's energy with the interval of its meters.
Figure runs_figure(const session::RunsReport& report) {
  const auto labels = labels_of(report);
  double largest = 0;
  std::optional<double> first;
  for (const auto& run : report.runs)
    if (run.summary.energy.total) {
      largest = std::max(largest, run.summary.energy.total->value());
      if (!first) first = run.summary.energy.total->value();
    }
  const auto energy = energy_axis("energy", largest);
  IntervalPlot plot;
  plot.title = "Energy of each run";
  plot.value.label = energy.label;
  DataTable table{"Energy of each run",
                  {Align::left, Align::right, Align::left, Align::right},
                  {"run", "energy", "90 % interval", "against the first"},
                  {}};
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    const auto& figures = report.runs[i].summary.energy;
    if (!figures.total) {
      table.rows.push_back({labels[i], "unknown"});
      continue;
    }
    const double total = figures.total->value();
    const bool stated = figures.relative_uncertainty > 0;
    const double low = stated ? std::max(0.0, total * (1 - figures.relative_uncertainty)) : unknown;
    const double high = stated ? total * (1 + figures.relative_uncertainty) : unknown;
    plot.rows.push_back({labels[i], total / energy.divisor, low / energy.divisor, high / energy.divisor,
                         table.rows.empty() ? "" : difference_text(total, *first)});
    table.rows.push_back({labels[i], to_text(*figures.total), energy_range_text(low, high),
                          table.rows.empty() ? "" : difference_text(total, *first)});
  }
  const std::string caption =
      "The energy of each run with the interval that its meters state. The axis need not begin at zero: what "
      "matters is whether intervals are apart. The meters of one machine err in the same direction, so that "
      "differences between its runs are surer than these intervals.";
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

}  // namespace

std::vector<Section> comparison_sections(const session::RunsReport& report) {
  if (report.runs.size() < 2) return {};
  Section comparison{"The runs compared", 1, {runs_figure(report)}};
  if (report.comparison) {
    comparison.blocks.push_back(groups_figure(*report.comparison));
    for (const auto& warning :
         with_left_out(report.comparison->left_out, "left out", report.comparison->warnings))
      comparison.blocks.push_back(Paragraph{"Warning: " + warning + "."});
  } else {
    comparison.blocks.push_back(LeftOut{"Groups of runs", report.comparison.error().message});
  }
  Section front{"Energy against correctness", 1, {}};
  if (report.tradeoff)
    front.blocks.push_back(front_figure(*report.tradeoff));
  else
    front.blocks.push_back(LeftOut{"Energy against correctness", report.tradeoff.error().message});
  return {std::move(comparison), std::move(front)};
}

}  // namespace joulecast::report
