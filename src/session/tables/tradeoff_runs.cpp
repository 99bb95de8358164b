#include "session/tables/tradeoff_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

/// Cumulative energy of one run by epoch: the recorded one, or spread evenly over the epochs.
Result<std::vector<double>> energies_of(const RunTable& table, std::size_t row, double total,
                                        std::size_t epochs, const TradeoffRequest& request) {
  if (!request.energy_by_epoch.empty()) {
    const auto column = table.column(request.energy_by_epoch);
    if (!column) return propagate(column.error());
    return table.series(row, *column);
  }
  std::vector<double> energies;
  for (std::size_t i = 1; i <= epochs; ++i)
    energies.push_back(total * static_cast<double>(i) / static_cast<double>(epochs));
  return energies;
}

/// Reads the curve of every run. Alternatives whose runs have no curve add nothing.
Status read_curves(const RunTable& table, const Alternatives& alternatives, const TradeoffRequest& request,
                   Tradeoff& result) {
  const auto quality = table.column(request.quality);
  const auto cost = table.column(result.options.cost);
  if (!quality || !cost) return {};
  for (std::size_t a = 0; a < alternatives.items.size(); ++a) {
    AlternativeCurve outcome;
    outcome.alternative = a;
    std::vector<double> enough;
    std::vector<double> after;
    std::vector<double> epochs;
    for (const auto row : alternatives.rows[a]) {
      const auto course = table.series(row, *quality);
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
    result.curves.push_back(std::move(outcome));
  }
  result.curve_tolerance = request.curve_tolerance;
  result.energy_by_epoch_assumed = request.energy_by_epoch.empty();
  return {};
}

Status read_lives(const TradeoffRequest& request, Tradeoff& result) {
  const auto cost_unit = tradeoff::unit_of_column(result.options.cost);
  const auto use_unit = tradeoff::unit_of_column(request.per_use);
  if (cost_unit.dimension != use_unit.dimension) {
    return fail_field("per_use", "{} and {} do not count the same thing", request.per_use,
                      result.options.cost);
  }
  const double factor = use_unit.factor / cost_unit.factor;
  for (std::size_t a = 0; a < result.alternatives.size(); ++a) {
    const auto training = tradeoff::typical(result.alternatives[a], result.options.cost);
    const auto use = tradeoff::typical(result.alternatives[a], request.per_use);
    if (!training || !use) continue;
    const tradeoff::LifeCost cost{*training, *use * factor};
    result.lives.push_back({a, cost, cost.after(request.uses), std::nullopt});
  }
  if (result.lives.empty())
    return fail_field("per_use", "no alternative knows both {} and {}", result.options.cost, request.per_use);
  const auto cheapest =
      *std::min_element(result.lives.begin(), result.lives.end(),
                        [](const auto& x, const auto& y) { return x.cost.training < y.cost.training; });
  for (auto& life : result.lives)
    if (life.cost.per_use < cheapest.cost.per_use)
      life.break_even = tradeoff::break_even(cheapest.cost, life.cost);
  std::stable_sort(result.lives.begin(), result.lives.end(),
                   [](const auto& x, const auto& y) { return x.total < y.total; });
  result.uses = request.uses;
  return {};
}

void read_utilisation(const std::string& column, Tradeoff& result) {
  const auto gpu = std::find(result.keys.begin(), result.keys.end(), "gpu");
  const auto label = gpu == result.keys.end()
                         ? std::nullopt
                         : std::optional(static_cast<std::size_t>(gpu - result.keys.begin()));
  result.utilisation = tradeoff::read_utilisation(result.alternatives, result.options.cost, column, label);
}

/// Of alternatives with too few runs to tell their spread, the interval that the meters of their runs state.
void state_by_meters(const RunTable& table, const Alternatives& alternatives, Tradeoff& result) {
  if (result.options.cost != "energy_j") return;
  for (auto& placed : result.overview.placed) {
    if (std::isfinite(placed.cost_interval.low)) continue;
    double share = 0;
    for (const auto row : alternatives.rows[placed.alternative])
      share = std::max(share, table.energy_uncertainty(row));
    if (!(share > 0)) continue;
    placed.cost_interval = {std::max(0.0, placed.cost * (1 - share)), placed.cost * (1 + share)};
    placed.cost_by_meters = true;
  }
}

void warn_of_few_runs(Tradeoff& result) {
  const auto few = std::ranges::count_if(result.overview.placed, [&](const tradeoff::Placed& placed) {
    const auto& alternative = result.alternatives[placed.alternative];
    return !tradeoff::has_spread(alternative, result.options.cost) ||
           !tradeoff::has_spread(alternative, result.options.quality);
  });
  if (few > 0) {
    result.warnings.push_back(fmt::format(
        "{} of {} alternatives have fewer than three runs: no interval of repetitions, and the shares do "
        "not show their spread",
        few, result.alternatives.size()));
  }
  if (const auto left_out = result.overview.left_out.size(); left_out > 0)
    result.warnings.push_back(fmt::format("{} {} no {} or no {} and {} left out", left_out,
                                          left_out == 1 ? "alternative has" : "alternatives have",
                                          result.options.cost, result.options.quality,
                                          left_out == 1 ? "is" : "are"));
}

}  // namespace

Result<Tradeoff> tradeoff_runs(const RunTable& table, const TradeoffRequest& request) {
  Tradeoff result;
  result.source = table.source();
  const auto cost = request.cost.empty() ? energy_column(table, "cost") : Result<std::string>(request.cost);
  if (!cost) return propagate(cost.error());
  const auto utilisation = request.utilisation.empty() && table.has("gpu_util_pct")
                               ? std::string("gpu_util_pct")
                               : request.utilisation;
  std::vector<std::string> columns{*cost, request.quality};
  for (const auto& further : {request.per_use, utilisation})
    if (!further.empty()) columns.push_back(further);
  auto alternatives = alternatives_of(table, request.alternatives, columns);
  if (!alternatives) return propagate(alternatives.error());
  result.keys = alternatives->keys;
  result.alternatives = alternatives->items;
  result.left_out = alternatives->left_out;
  result.warnings = alternatives->warnings;
  result.options = {*cost,
                    request.quality,
                    request.lower_quality_is_better,
                    request.within,
                    affordable_resamples(1000, alternatives->items.size()),
                    1};
  auto overview = tradeoff::overview_of(result.alternatives, result.options);
  if (!overview) return propagate(with_reasons(overview.error(), result.left_out));
  result.overview = std::move(*overview);
  state_by_meters(table, *alternatives, result);
  if (auto status = read_curves(table, *alternatives, request, result); !status)
    return propagate(status.error());
  if (!request.per_use.empty())
    if (auto status = read_lives(request, result); !status) return propagate(status.error());
  if (!utilisation.empty()) read_utilisation(utilisation, result);
  warn_of_few_runs(result);
  return result;
}

}  // namespace joulecast::session
