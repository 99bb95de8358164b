// Several runs: their energies as intervals, how groups of them differ, and energy against correctness.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/axis_unit.hpp"
#include "report/comparison_report.hpp"
#include "report/left_out_report.hpp"
#include "report/run_words.hpp"
#include "report/runs/sections.hpp"
#include "report/tradeoff_report.hpp"

namespace joulecast::report {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string range_text(double low, double high) {
  return std::isfinite(low + high) ? fmt::format("{} to {}", to_text(Joules{low}), to_text(Joules{high}))
                                   : "";
}

std::string against(double value, double reference) {
  if (!(reference > 0)) return "";
  const double difference = 100 * (value / reference - 1);
  return std::abs(difference) < 0.05 ? "the same" : fmt::format("{:+.1f} %", difference);
}

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
                         table.rows.empty() ? "" : against(total, *first)});
    table.rows.push_back({labels[i], to_text(*figures.total), range_text(low, high),
                          table.rows.empty() ? "" : against(total, *first)});
  }
  const std::string caption =
      "The energy of each run with the interval that its meters state. The axis need not begin at zero: what "
      "matters is whether intervals are apart. The meters of one machine err in the same direction, so that "
      "differences between its runs are surer than these intervals.";
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

/// Against the group with the lowest median: "0.83 [0.42, 0.96], large".
std::string effect_text(const stats::ComparisonResult& result, std::size_t group) {
  if (group == 0) return "";
  for (const auto& pair : result.pairs) {
    const bool forth = pair.a == group && pair.b == 0;
    if (!forth && !(pair.a == 0 && pair.b == group)) continue;
    const double sign = forth ? 1 : -1;
    const double low = sign * (forth ? pair.delta.interval.low : pair.delta.interval.high);
    const double high = sign * (forth ? pair.delta.interval.high : pair.delta.interval.low);
    const double value = sign * pair.delta.value;
    return fmt::format("{:.2f} [{:.2f}, {:.2f}], {}", value, low, high, stats::magnitude_of_delta(value));
  }
  return "";
}

/// The interval of a group's median; the range of its runs where they are too few for one.
stats::Range spread_of(const stats::GroupFacts& group) {
  if (std::isfinite(group.median_interval.low)) return group.median_interval;
  return {group.summary.min, group.summary.max};
}

Figure groups_figure(const session::Comparison& comparison) {
  const auto& result = comparison.overall;
  const auto energy = energy_axis("energy, median", result.groups.back().summary.median);
  IntervalPlot plot;
  plot.title = fmt::format("Energy by {}", comparison.group);
  plot.value.label = energy.label;
  DataTable table{
      plot.title,
      {Align::left, Align::right, Align::right, Align::left, Align::right, Align::left},
      {comparison.group, "runs", "median", "95 % interval or range", "against the lowest", "Cliff's delta"},
      {}};
  for (std::size_t i = 0; i < result.groups.size(); ++i) {
    const auto& group = result.groups[i];
    const double median = group.summary.median;
    const auto spread = spread_of(group);
    const auto difference = i == 0 ? "" : against(median, result.groups.front().summary.median);
    const auto effect = effect_text(result, i);
    plot.rows.push_back({fmt::format("{} (n={})", group.name, group.summary.n), median / energy.divisor,
                         spread.low / energy.divisor, spread.high / energy.divisor,
                         effect.empty() ? difference : fmt::format("{}, delta {}", difference, effect)});
    table.rows.push_back({group.name, std::to_string(group.summary.n), to_text(Joules{median}),
                          range_text(spread.low, spread.high), difference, effect});
  }
  const auto caption =
      "Medians with their 95 % intervals, or with the range of the runs where they are few. In joules: " +
      conclusion(comparison);
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

Figure front_figure(const session::Tradeoff& tradeoff) {
  auto plot = to_plot(tradeoff);
  DataTable table{
      "Energy against correctness",
      {Align::left, Align::right, Align::right, Align::left, Align::right, Align::left, Align::left},
      {"alternative", "runs", "energy", "95 % interval", tradeoff.options.quality, "95 % interval",
       "on the front"},
      {}};
  for (const auto& p : tradeoff.overview.placed) {
    const auto& alternative = tradeoff.alternatives[p.alternative];
    const auto& quality = p.quality_interval;
    table.rows.push_back(
        {alternative.name(), std::to_string(alternative.runs), to_text(Joules{p.cost}),
         range_text(p.cost_interval.low, p.cost_interval.high), fmt::format("{:.4g}", p.quality),
         std::isfinite(quality.low) ? fmt::format("{:.4g} to {:.4g}", quality.low, quality.high) : "",
         p.on_front ? "yes" : ""});
  }
  return {std::move(plot), conclusion(tradeoff), std::move(table)};
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
