#include "lab/results/campaign_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "lab/plan/cells.hpp"

namespace joulecast::lab {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A correctness before a loss, and what most runs tell before the rest. What cells cost is no correctness.
std::optional<session::JudgedMetric> usual_metric(const Plan& plan, const Standing& standing,
                                                  const std::string& cost) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < plan.cells.size(); ++i)
    for (const auto* run : standing.cell(i).finished)
      for (const auto& [name, value] : run->metrics)
        if (name != cost) ++counts[name];
  const auto rank = [](const auto& entry) {
    const bool held_out =
        entry.first.find("val") != std::string::npos || entry.first.find("test") != std::string::npos;
    return std::tuple(!session::is_a_loss(entry.first), entry.second, held_out);
  };
  const auto found = std::ranges::max_element(counts, {}, rank);
  if (found == counts.end()) return std::nullopt;
  return session::JudgedMetric{found->first, session::is_a_loss(found->first)};
}

double metric_of(const RunEnded& run, const std::string& name) {
  const auto found = run.metrics.find(name);
  return found == run.metrics.end() ? unknown : found->second;
}

std::optional<double> measured_share_of(const std::vector<const RunEnded*>& runs) {
  double measured = 0, all = 0;
  for (const auto* run : runs) {
    if (!run->energy) continue;
    // Journals of before tell the share of what was measured throughout only.
    const auto share = run->provenance == Provenance::measured ? std::optional(1.0) : run->measured_share;
    if (!share) return std::nullopt;
    measured += *share * run->energy->value();
    all += run->energy->value();
  }
  return all > 0 ? std::optional(measured / all) : std::nullopt;
}

/// The larger of two, where one may be unknown.
void raise(std::optional<double>& to, const std::optional<double>& value) {
  if (value && (!to || *value > *to)) to = value;
}

void take_finished(CellFacts& facts, const std::vector<const RunEnded*>& runs,
                   const std::optional<session::JudgedMetric>& metric) {
  std::vector<double> energy, duration, quality;
  for (const auto* run : runs) {
    if (!run->run_id.empty()) facts.runs.push_back(run->run_id);
    energy.push_back(run->energy ? run->energy->value() : unknown);
    duration.push_back(run->duration.value());
    if (metric) quality.push_back(metric_of(*run, metric->name));
    if (run->energy)
      facts.provenance = facts.provenance == Provenance::missing ? run->provenance
                                                                 : worst(facts.provenance, run->provenance);
    facts.flagged += run->conduct.flags.empty() ? 0 : 1;
    raise(facts.throttled_by_power, run->conduct.throttled_by_power);
    raise(facts.throttled_by_heat, run->conduct.throttled_by_heat);
  }
  facts.measured_share = measured_share_of(runs);
  facts.energy = spread_of(std::move(energy));
  facts.duration = spread_of(std::move(duration));
  facts.quality = spread_of(std::move(quality));
}

CellFacts facts_of_cell(const Plan& plan, std::size_t index, const CellState& state,
                        const std::optional<session::JudgedMetric>& metric) {
  CellFacts facts;
  facts.cell = &plan.cells[index];
  facts.title = title_of(plan.cells[index], plan.factors);
  facts.finished = state.finished.size();
  facts.failed = state.failed.size();
  facts.given_up = state.given_up;
  for (const auto* run : state.failed) {
    ++facts.failures[run->outcome];
    facts.last_reason = run->reason;
  }
  take_finished(facts, state.finished, metric);
  return facts;
}

session::LeftOutReason reason_of(Outcome outcome) {
  return outcome == Outcome::interrupted ? session::LeftOutReason::interrupted
                                         : session::LeftOutReason::failed;
}

std::string name_of_run(const RunEnded& run, const std::string& title) {
  return run.run_id.empty() ? fmt::format("{}, repetition {}", title, run.place.repetition) : run.run_id;
}

}  // namespace

std::optional<FigureSpread> spread_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  FigureSpread spread{values.size(),
                      stats::median_sorted(values),
                      stats::mean(values),
                      stats::median_interval_sorted(values, 0.95),
                      {values.front(), values.back()},
                      std::nullopt};
  if (values.size() > 1 && spread.mean > 0) spread.variation = stats::sample_sd(values) / spread.mean;
  return spread;
}

Result<CampaignFacts> facts_of_runs(const Plan& plan, const Standing& standing, const std::string& metric,
                                    const std::string& cost) {
  CampaignFacts facts;
  facts.metric = metric.empty() ? usual_metric(plan, standing, cost)
                                : std::optional(session::JudgedMetric{metric, session::is_a_loss(metric)});
  bool any_quality = false;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    facts.cells.push_back(facts_of_cell(plan, i, standing.cell(i), facts.metric));
    const auto& cell = facts.cells.back();
    const auto most = static_cast<std::size_t>(plan.repetitions.at_most);
    facts.finished += std::min(cell.finished, most);
    facts.beyond += cell.finished - std::min(cell.finished, most);
    if (cell.given_up) facts.not_made += most - std::min(cell.finished + cell.failed, most);
    any_quality = any_quality || cell.quality;
    for (const auto& [outcome, count] : cell.failures) facts.failures[outcome] += count;
  }
  if (!metric.empty() && !any_quality) return fail_field("metric", "no finished run tells '{}'", metric);
  auto needed = NeededRepetitions::make(plan);
  if (!needed) return propagate(needed.error());
  needed->look_at(standing);
  facts.decisions = needed->decisions();
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& state = standing.cell(i);
    const auto next = static_cast<int>(state.settled()) + 1;
    if (!state.given_up && needed->needs(i, next) && next <= plan.repetitions.at_most)
      facts.still_needed = true;
    if (facts.decisions) facts.cells[i].decision = facts.decisions->cells[i];
  }
  if (facts.decisions) facts.saved = saved_repetitions(plan, standing, *facts.decisions);
  return facts;
}

Result<session::RunTable> table_of_results(const Plan& plan, const Standing& standing,
                                           const std::optional<TaskLevel>& task,
                                           const std::map<std::string, Joules>& per_sample) {
  session::RunRows rows;
  rows.source = plan.file.string();
  std::set<std::string> metrics;
  for (std::size_t i = 0; i < plan.cells.size(); ++i)
    for (const auto* run : standing.cell(i).finished)
      for (const auto& [name, value] : run->metrics) metrics.insert(name);
  rows.columns = {"run_id"};
  for (const auto& factor : plan.factors) rows.columns.push_back(factor.name);
  rows.columns.insert(rows.columns.end(), {"repetition", "energy_j", "duration_s"});
  if (!per_sample.empty()) rows.columns.emplace_back("energy_per_sample_j");
  std::erase_if(metrics, [&](const auto& name) { return std::ranges::count(rows.columns, name) > 0; });
  rows.columns.insert(rows.columns.end(), metrics.begin(), metrics.end());
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (task && plan.cells[i].levels.at(task->factor) != task->level) continue;
    const auto title = title_of(plan.cells[i], plan.factors);
    for (const auto* run : standing.cell(i).failed)
      session::add_left_out(rows.left_out, reason_of(run->outcome), "", name_of_run(*run, title));
    for (const auto* run : standing.cell(i).finished) {
      rows.ids.push_back(name_of_run(*run, title));
      rows.cells.emplace_back(rows.ids.back());
      for (const auto& factor : plan.factors) rows.cells.emplace_back(plan.cells[i].levels.at(factor.name));
      rows.cells.emplace_back(static_cast<double>(run->place.repetition));
      rows.cells.emplace_back(run->energy ? run->energy->value() : unknown);
      rows.cells.emplace_back(run->duration.value());
      if (!per_sample.empty()) {
        const auto each = per_sample.find(run->run_id);
        rows.cells.emplace_back(each == per_sample.end() ? unknown : each->second.value());
      }
      for (const auto& name : metrics) rows.cells.emplace_back(metric_of(*run, name));
    }
  }
  if (rows.ids.empty())
    return propagate(
        session::with_reasons({ErrorKind::invalid, "no run has finished", rows.source}, rows.left_out));
  return session::RunTable(std::move(rows));
}

}  // namespace joulecast::lab
