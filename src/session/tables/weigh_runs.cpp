#include "session/tables/weigh_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/files.hpp"
#include "session/tables/predicted_alternatives.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

/// Cumulative energy of one run by epoch: as recorded, or spread evenly over its epochs.
Result<std::vector<double>> energies_of(const formats::CsvTable& table, std::size_t row, double total,
                                        std::size_t epochs, const TradeoffRequest& request) {
  if (!request.energy_by_epoch.empty()) {
    const auto column = table.column(request.energy_by_epoch);
    if (!column) return propagate(column.error());
    return numbers_in_cell(table, row, *column);
  }
  std::vector<double> energies;
  for (std::size_t i = 1; i <= epochs; ++i)
    energies.push_back(total * static_cast<double>(i) / static_cast<double>(epochs));
  return energies;
}

/// Reads the course of every run; alternatives whose runs have no course give nothing.
Status read_curves(const formats::CsvTable& table, const Alternatives& alternatives,
                   const TradeoffRequest& request, report::TradeoffReport& report) {
  const auto quality = table.column(request.quality);
  const auto cost = table.column(report.options.cost);
  if (!quality || !cost) return {};
  for (std::size_t a = 0; a < alternatives.items.size(); ++a) {
    report::CurveOutcome outcome;
    outcome.alternative = a;
    std::vector<double> enough;
    std::vector<double> after;
    std::vector<double> epochs;
    for (const auto row : alternatives.rows[a]) {
      const auto course = numbers_in_cell(table, row, *quality);
      if (!course) return propagate(course.error());
      const auto total = table.number(row, *cost);
      if (!total) return propagate(total.error());
      if (course->size() < 2 || !*total) continue;
      const auto energies = energies_of(table, row, **total, course->size(), request);
      if (!energies) return propagate(energies.error());
      const auto reading = tradeoff::read_curve(*course, *energies, request.curve_tolerance);
      if (!reading) return fail(ErrorKind::malformed, table.where(row), "{}", reading.error().message);
      if (enough.empty()) outcome.example = *reading;
      enough.push_back(static_cast<double>(reading->enough_epoch));
      after.push_back(reading->share_after_enough);
      epochs.push_back(static_cast<double>(course->size()));
    }
    if (enough.empty()) continue;
    outcome.runs = enough.size();
    outcome.enough_epoch = stats::median(enough);
    outcome.share_after_enough = stats::median(after);
    outcome.epochs = stats::median(epochs);
    report.curves.push_back(std::move(outcome));
  }
  report.curve_tolerance = request.curve_tolerance;
  report.energy_by_epoch_assumed = request.energy_by_epoch.empty();
  return {};
}

Status read_lives(const TradeoffRequest& request, report::TradeoffReport& report) {
  const auto cost_unit = tradeoff::unit_of_column(report.options.cost);
  const auto use_unit = tradeoff::unit_of_column(request.per_use);
  if (cost_unit.dimension != use_unit.dimension) {
    return fail(ErrorKind::invalid, "--per-use", "{} and {} do not count the same thing", request.per_use,
                report.options.cost);
  }
  const double factor = use_unit.factor / cost_unit.factor;
  for (std::size_t a = 0; a < report.alternatives.size(); ++a) {
    const auto training = tradeoff::typical(report.alternatives[a], report.options.cost);
    const auto use = tradeoff::typical(report.alternatives[a], request.per_use);
    if (!training || !use) continue;
    const tradeoff::LifeCost cost{*training, *use * factor};
    report.lives.push_back({a, cost, cost.after(request.uses), std::nullopt});
  }
  if (report.lives.empty())
    return fail(ErrorKind::invalid, "--per-use", "no alternative knows both {} and {}", report.options.cost,
                request.per_use);
  const auto cheapest =
      *std::min_element(report.lives.begin(), report.lives.end(),
                        [](const auto& x, const auto& y) { return x.cost.training < y.cost.training; });
  for (auto& life : report.lives)
    if (life.cost.per_use < cheapest.cost.per_use)
      life.break_even = tradeoff::break_even(cheapest.cost, life.cost);
  std::stable_sort(report.lives.begin(), report.lives.end(),
                   [](const auto& x, const auto& y) { return x.total < y.total; });
  report.uses = request.uses;
  return {};
}

void read_utilisation(const std::string& column, report::TradeoffReport& report) {
  const auto gpu = std::find(report.keys.begin(), report.keys.end(), "gpu");
  const auto label = gpu == report.keys.end()
                         ? std::nullopt
                         : std::optional(static_cast<std::size_t>(gpu - report.keys.begin()));
  report.utilisation = tradeoff::read_utilisation(report.alternatives, report.options.cost, column, label);
}

void warn_of_few_runs(report::TradeoffReport& report) {
  const auto few = std::count_if(report.alternatives.begin(), report.alternatives.end(),
                                 [](const auto& a) { return a.runs < 3; });
  if (few > 0) {
    report.warnings.push_back(
        fmt::format("{} of {} alternatives have fewer than three runs: no interval, and the shares do not "
                    "show their spread",
                    few, report.alternatives.size()));
  }
  if (!report.overview.left_out.empty()) {
    report.warnings.push_back(fmt::format("{} alternatives have no {} or no {} and are left out",
                                          report.overview.left_out.size(), report.options.cost,
                                          report.options.quality));
  }
}

/// Fewer resamples for many alternatives: the shares need no more digits than they are shown with.
std::size_t affordable(std::size_t wanted, std::size_t alternatives) {
  return std::clamp<std::size_t>(200'000 / std::max<std::size_t>(1, alternatives), 100, wanted);
}

/// The candidates handed over and those of the file: a table, or (by its name) the JSON of predict.
Result<std::vector<tradeoff::Alternative>> predicted_of(const RecommendRequest& request,
                                                        const std::vector<std::string>& keys,
                                                        const std::vector<std::string>& columns,
                                                        std::vector<std::string>& warnings) {
  auto all = request.predicted;
  const auto add = [&](Result<std::vector<tradeoff::Alternative>> more) -> Status {
    if (!more) return propagate(more.error());
    std::move(more->begin(), more->end(), std::back_inserter(all));
    return {};
  };
  const auto& file = request.predicted_table;
  if (file.empty()) return all;
  if (file.ends_with(".json")) {
    const auto text = read_file(file);
    if (!text) return fail(ErrorKind::invalid, file, "{}", text.error().message);
    if (auto status = add(predicted_from_json(*text, file, keys, columns, warnings)); !status)
      return propagate(status.error());
    return all;
  }
  const auto table = formats::CsvTable::read(file);
  if (!table) return propagate(table.error());
  if (auto status = add(predicted_from(*table, keys, columns)); !status) return propagate(status.error());
  return all;
}

}  // namespace

Result<report::TradeoffReport> tradeoff_table(const formats::CsvTable& table,
                                              const TradeoffRequest& request) {
  report::TradeoffReport report;
  report.source = table.name();
  const auto cost = request.cost.empty() ? energy_column(table) : Result<std::string>(request.cost);
  if (!cost) return propagate(cost.error());
  const auto utilisation = request.utilisation.empty() && table.has("gpu_util_pct")
                               ? std::string("gpu_util_pct")
                               : request.utilisation;
  std::vector<std::string> columns{*cost, request.quality};
  for (const auto& further : {request.per_use, utilisation})
    if (!further.empty()) columns.push_back(further);
  auto alternatives = alternatives_of(table, request.alternatives, columns);
  if (!alternatives) return propagate(alternatives.error());
  report.keys = alternatives->keys;
  report.alternatives = alternatives->items;
  report.warnings = alternatives->warnings;
  report.options = {*cost,
                    request.quality,
                    request.lower_quality_is_better,
                    request.within,
                    affordable(1000, alternatives->items.size()),
                    1};
  auto overview = tradeoff::overview_of(report.alternatives, report.options);
  if (!overview) return propagate(overview.error());
  report.overview = std::move(*overview);
  if (auto status = read_curves(table, *alternatives, request, report); !status)
    return propagate(status.error());
  if (!request.per_use.empty())
    if (auto status = read_lives(request, report); !status) return propagate(status.error());
  if (!utilisation.empty()) read_utilisation(utilisation, report);
  warn_of_few_runs(report);
  return report;
}

Result<report::RecommendReport> recommend_from(const formats::CsvTable& table,
                                               const RecommendRequest& request) {
  report::RecommendReport report;
  report.source = table.name();
  const auto minimise =
      request.minimise.empty() ? energy_column(table) : Result<std::string>(request.minimise);
  if (!minimise) return propagate(minimise.error());
  std::vector<std::string> names(table.columns().begin(), table.columns().end());
  std::vector<std::string> columns{*minimise};
  for (const auto& text : request.requirements) {
    auto constraint = tradeoff::parse_constraint(text, names);
    if (!constraint) return propagate(constraint.error());
    columns.push_back(constraint->column);
    report.options.constraints.push_back(std::move(*constraint));
  }
  auto alternatives = alternatives_of(table, request.alternatives, columns);
  if (!alternatives) return propagate(alternatives.error());
  report.keys = alternatives->keys;
  report.alternatives = std::move(alternatives->items);
  report.warnings = alternatives->warnings;
  auto predicted = predicted_of(request, report.keys, columns, report.warnings);
  if (!predicted) return propagate(predicted.error());
  add_predicted(report.alternatives, std::move(*predicted), report.keys, columns, report.warnings);
  report.options.minimise = *minimise;
  report.options.baseline = request.baseline;
  report.options.resamples = affordable(2000, report.alternatives.size());
  auto recommendation = tradeoff::recommend(report.alternatives, report.options);
  if (!recommendation) return propagate(recommendation.error());
  report.recommendation = std::move(*recommendation);
  if (!report.recommendation.without_cost.empty())
    report.warnings.push_back(fmt::format("{} alternatives have no {} and are left out",
                                          report.recommendation.without_cost.size(), *minimise));
  return report;
}

}  // namespace joulecast::session
