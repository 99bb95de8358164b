#include "lab/results/campaign_report.hpp"

#include <algorithm>
#include <limits>

#include "lab/runner/resume.hpp"
#include "session/reporting/sample_energies.hpp"

namespace joulecast::lab {
namespace {

constexpr std::size_t most_factors = 6;

std::size_t levels_in_use(const Plan& plan, const Factor& factor) {
  std::set<std::string> levels;
  for (const auto& cell : plan.cells) levels.insert(cell.levels.at(factor.name));
  return levels.size();
}

/// Each factor with several levels; beside it the first other one, for their interaction.
std::vector<FactorComparison> compare_factors(const Plan& plan, const session::RunTable& table,
                                              const std::string& cost) {
  std::vector<std::string> varied;
  for (const auto& factor : plan.factors)
    if (levels_in_use(plan, factor) > 1 && varied.size() < most_factors) varied.push_back(factor.name);
  std::vector<FactorComparison> comparisons;
  for (const auto& factor : varied) {
    session::CompareRequest request;
    request.group = factor;
    request.value = cost;
    const auto other = std::ranges::find_if(varied, [&](const auto& name) { return name != factor; });
    if (other != varied.end()) request.by = *other;
    auto comparison = session::compare_runs(table, request);
    if (!comparison && !request.by.empty()) {  // the interaction may be what cannot be tested
      request.by.clear();
      comparison = session::compare_runs(table, request);
    }
    comparisons.push_back({factor, std::move(comparison)});
  }
  return comparisons;
}

Result<session::Tradeoff> weigh(const Plan& plan, const session::RunTable& table, const CampaignFacts& facts,
                                const std::optional<TaskLevel>& task, const CampaignReportRequest& asked) {
  if (!facts.metric) return fail(ErrorKind::unavailable, "", "no run told how correct it became");
  session::TradeoffRequest request;
  request.cost = asked.cost;
  request.quality = facts.metric->name;
  request.lower_quality_is_better = facts.metric->lower_is_better;
  request.within = asked.within;
  for (const auto& factor : plan.factors)
    if (levels_in_use(plan, factor) > 1 && !(task && task->factor == factor.name))
      request.alternatives.group.push_back(factor.name);
  if (request.alternatives.group.empty()) request.alternatives.group.push_back(plan.factors.front().name);
  return session::tradeoff_runs(table, request);
}

/// The tasks of the campaign: the levels of a factor that is named as the board's tasks are.
std::vector<std::optional<TaskLevel>> tasks_of(const Plan& plan) {
  for (const char* name : {"task", "dataset"}) {
    const auto factor = std::ranges::find(plan.factors, name, &Factor::name);
    if (factor == plan.factors.end() || levels_in_use(plan, *factor) < 2) continue;
    std::vector<std::optional<TaskLevel>> tasks;
    for (const auto& level : factor->levels) tasks.emplace_back(TaskLevel{name, level});
    return tasks;
  }
  return {std::nullopt};
}

std::vector<TaskTradeoff> weigh_tasks(const Plan& plan, const Standing& standing, const CampaignFacts& facts,
                                      const std::map<std::string, Joules>& per_sample,
                                      const CampaignReportRequest& asked) {
  std::vector<TaskTradeoff> tradeoffs;
  for (const auto& task : tasks_of(plan)) {
    const auto table = table_of_results(plan, standing, task, per_sample);
    tradeoffs.push_back({task, table ? weigh(plan, *table, facts, task, asked) : propagate(table.error())});
  }
  return tradeoffs;
}

Failure not_read() {
  return fail(ErrorKind::unavailable, "", "not read");
}

/// Of all that is stored, whatever became of it.
Result<std::vector<session::RunMachine>> read_machines(const CampaignState& state, const std::string& store) {
  std::vector<std::string> runs;
  for (const auto& run : state.runs)
    if (!run.run_id.empty()) runs.push_back(run.run_id);
  if (runs.empty()) return fail(ErrorKind::unavailable, "", "no run is in the store");
  return session::machines_of(store, runs);
}

Result<session::CampaignCourses> read_courses(const CampaignFacts& facts, const std::string& store) {
  std::vector<session::RunGroup> groups;
  for (const auto& cell : facts.cells)
    if (!cell.runs.empty()) groups.push_back({cell.title, cell.runs});
  if (groups.empty()) return fail(ErrorKind::unavailable, "", "no finished run is in the store");
  return session::campaign_courses(store, groups);
}

/// Of the finished runs; empty where nobody asks for it.
Result<std::map<std::string, Joules>> read_sample_energies(const CampaignReport& report) {
  std::map<std::string, Joules> none;
  if (report.cost != "energy_per_sample_j") return none;
  std::vector<std::string> runs;
  for (const auto& cell : report.facts.cells) runs.insert(runs.end(), cell.runs.begin(), cell.runs.end());
  auto energies = session::sample_energies(report.store, runs);
  if (energies && energies->empty())
    return fail_field("cost", "no finished run counts its samples: nothing tells the energy of one");
  return energies;
}

/// Of a cost that no run tells: as the caller's option, or, where it is the plan's, with a way out.
Failure no_cost(const CampaignReport& report, bool asked, const Error& error) {
  if (asked || !error.is_field || error.where != "cost") return propagate(error);
  return fail(error.kind, report.plan.file.string(),
              "cost: {}; --cost energy_j compares by the energy of a run", error.message);
}

double cost_of(const RunEnded& run, const std::string& column,
               const std::map<std::string, Joules>& per_sample) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  if (column == "energy_j") return run.energy ? run.energy->value() : unknown;
  if (column == "duration_s") return run.duration.value();
  if (column == "energy_per_sample_j") {
    const auto known = per_sample.find(run.run_id);
    return known == per_sample.end() ? unknown : known->second.value();
  }
  const auto metric = run.metrics.find(column);
  return metric == run.metrics.end() ? unknown : metric->second;
}

void put_costs(const Standing& standing, const std::map<std::string, Joules>& per_sample,
               CampaignReport& report) {
  for (std::size_t i = 0; i < report.facts.cells.size(); ++i) {
    std::vector<double> costs;
    for (const auto* run : standing.cell(i).finished) costs.push_back(cost_of(*run, report.cost, per_sample));
    report.facts.cells[i].cost = spread_of(std::move(costs));
  }
}

void put_references(const Standing& standing, CampaignReport& report) {
  std::optional<Joules> first;
  for (const auto* run : standing.references()) {
    ReferencePoint point{run, {}};
    if (run->outcome == Outcome::finished && run->energy) {
      if (first && *first > Joules{0}) point.drift = *run->energy / *first - 1;
      if (!first) first = run->energy;
    }
    report.references.push_back(point);
  }
}

}  // namespace

Result<std::unique_ptr<CampaignReport>> report_campaign(Plan plan, CampaignReportRequest request) {
  const bool asked = !request.cost.empty();
  if (!asked) request.cost = plan.cost;
  auto state = known_state(plan, request.store);
  if (!state) return propagate(state.error());
  // The report points into its own plan and state, so it stays where it is.
  auto report = std::make_unique<CampaignReport>(CampaignReport{
      std::move(plan), std::move(*state), "", request.cost, {}, {}, {}, not_read(), not_read(), {}});
  const Standing standing(report->plan, report->state);
  report->store = request.store;
  if (report->store.empty() && report->state.begun) report->store = report->state.begun->store;
  if (const auto any = table_of_results(report->plan, standing); !any) return propagate(any.error());
  auto facts = facts_of_runs(report->plan, standing, request.metric, request.cost);
  if (!facts) return propagate(facts.error());
  report->facts = std::move(*facts);
  const auto per_sample = read_sample_energies(*report);
  if (!per_sample) return no_cost(*report, asked, per_sample.error());
  put_costs(standing, *per_sample, *report);
  const auto table = table_of_results(report->plan, standing, {}, *per_sample);
  if (!table) return propagate(table.error());
  if (!table->has(request.cost))
    return no_cost(*report, asked, fail_field("cost", "no finished run tells '{}'", request.cost).value());
  report->factors = compare_factors(report->plan, *table, request.cost);
  report->tradeoffs = weigh_tasks(report->plan, standing, report->facts, *per_sample, request);
  if (request.courses) {
    report->courses = read_courses(report->facts, report->store);
    report->machines = read_machines(report->state, report->store);
  }
  put_references(standing, *report);
  for (const auto& run : report->state.runs) {
    report->run_time += run.duration.value();
    if (run.energy)
      report->spent += run.energy->value();
    else
      ++report->without_energy;
  }
  return report;
}

}  // namespace joulecast::lab
