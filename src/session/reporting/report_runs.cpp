#include "session/reporting/report_runs.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"
#include "session/tables/chosen_runs.hpp"
#include "session/tables/load_run_table.hpp"

namespace joulecast::session {
namespace {

/// A picture shows no more.
constexpr std::size_t most_points = 600;

std::optional<ProvenanceShares> shares_of(const trace::RunEnergy& energy) {
  if (!energy.total || !(*energy.total > Joules{0})) return std::nullopt;
  ProvenanceShares shares;
  for (const auto& row : energy.components) {
    if (!row.in_total || !row.energy) continue;
    auto& share = row.provenance == Provenance::measured   ? shares.measured
                  : row.provenance == Provenance::modelled ? shares.modelled
                                                           : shares.assumed;
    share += *row.energy / *energy.total;
  }
  // What rounding left of the whole is no share of its own.
  for (auto* share : {&shares.measured, &shares.modelled, &shares.assumed})
    if (*share > 1 - 1e-9) *share = 1;
  return shares;
}

std::optional<Money> money_of(const RunSummary& summary, const std::optional<Money>& price) {
  if (!price || !summary.energy.total) return std::nullopt;
  const auto pue = summary.carbon.pue_given ? summary.carbon.pue : 1;
  return Money{to_kilowatt_hours(*summary.energy.total).value() * pue * price->amount, price->currency};
}

Failure too_many() {
  return fail(ErrorKind::unavailable, "", "not read for more than {} runs", most_runs_in_full);
}

/// With the courses of time, for which every reading is read.
Result<ReportedRun> reported(const store::RunStore& store, const std::string& id, bool in_full,
                             const ReportRequest& request, const RunsReport& report,
                             const Result<carbon::IntensityTable>& intensities) {
  auto run = in_full ? store.load(id) : store.summary(id);
  if (!run) return propagate(run.error());
  const auto heard = store.last_heard(id);
  if (!heard) return propagate(heard.error());
  const auto place = replaced_by(run->place, request.place);
  auto summary = summarise(std::move(*run), place, intensities);
  summary.last_heard = *heard;
  auto epochs = epoch_course(summary.run, summary.epoch_energy, request.metric, request.lower_is_better);
  if (!epochs && epochs.error().is_field && request.runs.size() < 2) return propagate(epochs.error());
  const auto shares = shares_of(summary.energy);
  const auto money = money_of(summary, report.price);
  ReportedRun result{std::move(summary), shares,    money, too_many(), too_many(),
                     std::move(epochs),  too_many()};
  if (in_full) {
    const auto& record = result.summary.run;
    result.power = power_course(record, result.summary.energy, most_points);
    result.forecast = forecast_course(record, result.summary.energy.total);
    result.spent = energy_course(record, report.budget);
    result.choices = other_choices(record, result.summary.energy, request.choices);
  }
  // The readings are not needed any more, and there may be many.
  for (auto& trace : result.summary.run.traces) trace.times = {}, trace.values = {};
  return result;
}

/// The metric that most of the runs judge by.
std::optional<JudgedMetric> common_metric(const RunsReport& report) {
  std::map<std::string, std::pair<int, bool>> counts;
  for (const auto& run : report.runs)
    if (run.epochs && run.epochs->metric) {
      auto& entry = counts[run.epochs->metric->name];
      ++entry.first;
      entry.second = run.epochs->metric->lower_is_better;
    }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second.first; });
  if (most == counts.end()) return std::nullopt;
  return JudgedMetric{most->first, most->second.second};
}

bool have_names(const std::vector<trace::Run>& runs) {
  return std::ranges::none_of(runs, [](const auto& run) { return run.info.name.empty(); });
}

void put_comparisons(RunsReport& report, const std::vector<trace::Run>& runs, const ReportRequest& request) {
  const auto table = table_of_runs(runs, "the runs of this report");
  const auto group = request.group.empty() ? usual_group(table) : request.group;
  if (group.empty()) {
    report.comparison = fail(ErrorKind::unavailable, "",
                             "no name, network, GPU or batch size puts several runs together (--group says "
                             "which column or tag does)");
  } else {
    CompareRequest comparison;
    comparison.group = group;
    comparison.value = "energy_j";
    report.comparison = compare_runs(table, comparison);
  }
  const auto metric = request.metric.empty() ? most_usual_metric(runs) : common_metric(report);
  if (!metric) {
    report.tradeoff = fail(ErrorKind::unavailable, "", "no run told how correct it became");
    return;
  }
  TradeoffRequest tradeoff;
  tradeoff.cost = "energy_j";
  tradeoff.quality = metric->name;
  tradeoff.lower_quality_is_better = metric->lower_is_better;
  tradeoff.alternatives.group = {!group.empty() ? group : have_names(runs) ? "name" : "run_id"};
  report.tradeoff = tradeoff_runs(table, tradeoff);
}

Failure not_several() {
  return fail(ErrorKind::unavailable, "", "there is only one run");
}

Result<std::vector<std::string>> ids_of(const store::RunStore& store,
                                        const std::vector<std::string>& references) {
  std::vector<std::string> ids;
  for (const auto& reference : references.empty() ? std::vector<std::string>{""} : references) {
    const auto choice = store.resolve(reference);
    if (!choice) return propagate(choice.error());
    if (std::ranges::find(ids, choice->id) != ids.end())
      return fail(ErrorKind::invalid, "", "run {} is named twice", choice->id);
    ids.push_back(choice->id);
  }
  return ids;
}

Status read_amounts(const ReportRequest& request, RunsReport& report) {
  if (!request.price.empty()) {
    report.price = parse_price(request.price);
    if (!report.price)
      return fail_field("price", "'{}' is not a price of a kilowatt-hour, like 0.25 or \"0.25 EUR\"",
                        request.price);
  }
  const auto budget = budget_from(request.budget);
  if (!budget) return propagate(budget.error());
  report.budget = *budget;
  return {};
}

}  // namespace

std::optional<Money> parse_price(std::string_view text) {
  text = trim(text);
  const auto end = text.find_first_not_of("0123456789.");
  const auto amount = parse_double(text.substr(0, end));
  if (!amount || !(*amount >= 0)) return std::nullopt;
  const auto currency = end == std::string_view::npos ? "" : trim(text.substr(end));
  constexpr std::size_t longest = 12;
  if (currency.size() > longest || currency.find_first_of("0123456789,.") != std::string_view::npos)
    return std::nullopt;
  return Money{*amount, std::string(currency)};
}

Result<RunsReport> report_runs(const ReportRequest& request) {
  RunsReport report{{}, {}, {}, not_several(), not_several(), not_several()};
  if (auto ok = read_amounts(request, report); !ok) return propagate(ok.error());
  if (auto ok = carbon::check(request.place); !ok) return propagate(ok.error());
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  const auto ids = ids_of(**store, request.runs);
  if (!ids) return propagate(ids.error());
  const auto intensities = carbon::IntensityTable::read();
  for (const auto& id : *ids) {
    auto run = reported(**store, id, ids->size() <= most_runs_in_full, request, report, intensities);
    if (!run) return propagate(run.error());
    report.runs.push_back(std::move(*run));
  }
  if (ids->size() > 1) {
    std::vector<trace::Run> runs;
    for (const auto& id : *ids) {
      auto run = (*store)->summary(id);
      if (!run) return propagate(run.error());
      runs.push_back(std::move(*run));
    }
    put_comparisons(report, runs, request);
  }
  report.record = forecast_record(**store, report.runs.front().summary.run.host.hostname);
  return report;
}

}  // namespace joulecast::session
