#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "lab/plan/cells.hpp"
#include "lab/plan/measured_columns.hpp"
#include "lab/plan/plan_parts.hpp"
#include "lab/plan/template.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

void check_regex(TableReader& table, std::string_view key, const std::string& pattern, bool needs_group) {
  if (pattern.empty()) return;
  const RE2 regex(pattern, RE2::Quiet);
  if (!regex.ok()) table.problem(key, fmt::format("cannot be read: {}", regex.error()));
  if (regex.ok() && needs_group && regex.NumberOfCapturingGroups() < 1)
    table.problem(key, "needs a group in parentheses around the value");
}

void read_metric(PlanReading& reading, const std::string& name, const TomlNode& node) {
  const auto path = "metrics." + name;
  if (is_measured_column(name))
    reading.problem.add(node.line, path,
                        "is what the table calls something that is measured; give the metric another name");
  if (std::ranges::find(reading.plan.factors, name, &Factor::name) != reading.plan.factors.end())
    reading.problem.add(node.line, path, "is a factor, too; give the metric another name");
  if (node.kind != Kind::table)
    return reading.problem.add(node.line, path,
                               "must be a table: {regex = …}, {file = …, key = …} or {progress = …}");
  TableReader table(reading.problem, node, path);
  MetricSource metric{name, {}, {}, {}, {}, node.line};
  metric.regex = table.text("regex").value_or("");
  metric.file = table.text("file").value_or("");
  metric.key = table.text("key").value_or("");
  metric.progress = table.text("progress").value_or("");
  table.finish();
  check_regex(table, "regex", metric.regex, /*needs_group=*/true);
  const int sources = !metric.regex.empty() + !metric.file.empty() + !metric.progress.empty();
  if (sources != 1)
    reading.problem.add(node.line, path,
                        "needs one of regex, file and progress: where the figure comes from");
  if (metric.file.empty() != metric.key.empty())
    reading.problem.add(node.line, path, "needs file and key together");
  reading.plan.metrics.push_back(std::move(metric));
}

/// What a run costs: where each runs for the same time, its energy says nothing.
void read_cost(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  plan.cost = top.text("cost").value_or(plan.cost);
  std::vector<std::string> known{"energy_j", "energy_per_sample_j", "duration_s"};
  for (const auto& metric : plan.metrics) known.push_back(metric.name);
  if (std::ranges::find(known, plan.cost) == known.end())
    top.problem("cost", "is neither energy_j, energy_per_sample_j, duration_s nor a metric" +
                            did_you_mean(plan.cost, known));
}

void read_progress(PlanReading& reading) {
  const auto* node = reading.top.table("progress");
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, "progress");
  auto& progress = reading.plan.progress;
  progress.epochs = table.scalar("epochs").value_or("");
  progress.steps = table.scalar("steps").value_or("");
  progress.epoch_regex = table.text("epoch_regex").value_or("");
  progress.step_regex = table.text("step_regex").value_or("");
  progress.interval = table.duration("interval").value_or(progress.interval);
  table.finish();
  check_regex(table, "epoch_regex", progress.epoch_regex, false);
  check_regex(table, "step_regex", progress.step_regex, false);
}

void read_reference(PlanReading& reading) {
  const auto* node = reading.top.table("reference");
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, "reference");
  auto& reference = reading.plan.reference.emplace();
  constexpr std::int64_t most_between = 100'000;
  reference.every = static_cast<int>(table.whole("every", 1, most_between).value_or(reference.every));
  reference.tolerance = table.share("tolerance").value_or(reference.tolerance);
  const auto* cell = table.table("cell");
  table.finish();
  if (cell == nullptr)
    return reading.problem.add(node->line, "reference.cell", "is missing: a level of each factor");
  TableReader levels_table(reading.problem, *cell, "reference.cell");
  const auto levels = read_levels(reading, levels_table);
  if (!levels) return;
  const auto& cells = reading.plan.cells;
  const auto found = std::ranges::find(cells, key_of(*levels), &Cell::key);
  if (found == cells.end())
    return table.problem("cell", fmt::format("is no cell of the plan: {}", key_of(*levels)));
  reference.cell = static_cast<std::size_t>(found - cells.begin());
}

}  // namespace

void read_results(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  if (top.any("collect") != nullptr) plan.collect = top.texts("collect");
  if (const auto* metrics = top.table("metrics"))
    for (const auto& [name, node] : metrics->table) read_metric(reading, name, node);
  read_cost(reading);
  read_progress(reading);
  read_reference(reading);
}

}  // namespace joulecast::lab
