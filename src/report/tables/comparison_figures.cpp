#include "report/tables/comparison_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {
namespace {

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

/// "1.2 kJ to 1.5 kJ" for a column of joules; "" where an end is unknown.
std::string range_text(double low, double high, const std::string& column) {
  return std::isfinite(low + high)
             ? fmt::format("{} to {}", figure_text(low, column), figure_text(high, column))
             : "";
}

/// The sentence that follows has bare numbers: "In joules: "; "" for a column without a unit that we know.
std::string unit_of_numbers(const std::string& column) {
  const auto unit = tradeoff::unit_of_column(column).symbol;
  if (unit.empty()) return "";
  return fmt::format("In {}: ", unit == "J" ? "joules" : unit == "s" ? "seconds" : unit);
}

std::string in_capitals(std::string name) {
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

}  // namespace

std::string energy_range_text(double low, double high) {
  return range_text(low, high, "energy_j");
}

std::string difference_text(double value, double reference) {
  if (!(reference > 0)) return "";
  const double difference = 100 * (value / reference - 1);
  return std::abs(difference) < 0.05 ? "the same" : fmt::format("{:+.1f} %", difference);
}

Figure groups_figure(const session::Comparison& comparison) {
  const auto& result = comparison.overall;
  const auto& value = comparison.value;
  const auto axis = median_axis(value, result.groups.back().summary.median);
  IntervalPlot plot;
  plot.title = fmt::format("{} by {}", in_capitals(name_of_column(value)), comparison.group);
  plot.value.label = axis.label;
  DataTable table{
      plot.title,
      {Align::left, Align::right, Align::right, Align::left, Align::right, Align::left},
      {comparison.group, "runs", "median", "95 % interval or range", "against the lowest", "Cliff's delta"},
      {}};
  for (std::size_t i = 0; i < result.groups.size(); ++i) {
    const auto& group = result.groups[i];
    const double median = group.summary.median;
    const auto spread = spread_of(group);
    const auto difference = i == 0 ? "" : difference_text(median, result.groups.front().summary.median);
    const auto effect = effect_text(result, i);
    plot.rows.push_back({fmt::format("{} (n={})", group.name, group.summary.n), median / axis.divisor,
                         spread.low / axis.divisor, spread.high / axis.divisor,
                         effect.empty() ? difference : fmt::format("{}, delta {}", difference, effect)});
    table.rows.push_back({group.name, std::to_string(group.summary.n), figure_text(median, value),
                          range_text(spread.low, spread.high, value), difference, effect});
  }
  const auto caption =
      "Medians with their 95 % intervals, or with the range of the runs where they are few. " +
      unit_of_numbers(value) + conclusion(comparison);
  plot.description = caption;
  return {std::move(plot), caption, std::move(table)};
}

Figure front_figure(const session::Tradeoff& tradeoff) {
  auto plot = to_plot(tradeoff);
  const auto& cost = tradeoff.options.cost;
  const auto name = name_of_column(cost);
  DataTable table{
      in_capitals(name) + " against correctness",
      {Align::left, Align::right, Align::right, Align::left, Align::right, Align::left, Align::left},
      {"alternative", "runs", name, "95 % interval", tradeoff.options.quality, "95 % interval",
       "on the front"},
      {}};
  for (const auto& p : tradeoff.overview.placed) {
    const auto& alternative = tradeoff.alternatives[p.alternative];
    const auto& quality = p.quality_interval;
    table.rows.push_back(
        {alternative.name(), std::to_string(alternative.runs), figure_text(p.cost, cost),
         range_text(p.cost_interval.low, p.cost_interval.high, cost) + (p.cost_by_meters ? " by meters" : ""),
         fmt::format("{:.4g}", p.quality),
         std::isfinite(quality.low) ? fmt::format("{:.4g} to {:.4g}", quality.low, quality.high) : "",
         p.on_front ? "yes" : ""});
  }
  return {std::move(plot), conclusion(tradeoff), std::move(table)};
}

}  // namespace joulecast::report
