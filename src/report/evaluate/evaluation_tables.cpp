#include "report/evaluate/evaluation_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.hpp"
#include "stats/distributions.hpp"
#include "stats/effect_size.hpp"

namespace joulecast::report {
namespace {

std::string percent_of(double value) {
  return fmt::format("{:.1f} %", value);
}

std::string share_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.0f} %", 100 * *share) : "";
}

std::string width_text(const std::optional<double>& width) {
  return width ? fmt::format("{:.0f} %", *width) : "";
}

}  // namespace

DataTable online_table(const estimate::OnlineEvaluation& evaluation) {
  DataTable table{
      "Forecasts while a run ran: off by",
      {Align::left, Align::right, Align::right, Align::right, Align::right, Align::right, Align::right,
       Align::right, Align::right},
      {"method", "runs", "median", "mean", "9 of 10 below", "RMSE", "energy seen", "covered", "width"},
      {}};
  for (const auto& method : evaluation.methods) {
    const auto& scores = method.energy;
    table.rows.push_back({method.name, std::to_string(scores.runs), percent_of(scores.median_ape),
                          percent_of(scores.mean_ape), percent_of(scores.p90_ape),
                          to_text(Joules{scores.rmse}), share_text(scores.observed_fraction),
                          share_text(scores.coverage), width_text(scores.interval_width)});
  }
  return table;
}

DataTable offline_table(const estimate::OfflineEvaluation& evaluation) {
  DataTable table{"Predictions before a run, of configurations that were left out: off by",
                  {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right,
                   Align::right, Align::right},
                  {"method", "of", "rows", "median", "mean", "9 of 10 below", "covered", "width"},
                  {}};
  for (const auto& method : evaluation.methods) {
    const auto& scores = method.scores;
    table.rows.push_back(
        {method.name,
         fmt::format("{}{}", name_of(method.target), method.told_duration ? ", duration known" : ""),
         std::to_string(scores.runs), percent_of(scores.median_ape), percent_of(scores.mean_ape),
         percent_of(scores.p90_ape), share_text(scores.coverage), width_text(scores.interval_width)});
  }
  return table;
}

DataTable stability_table(std::span<const session::StabilityRow> rows) {
  DataTable table{"When power became stable, median over runs",
                  {Align::left, Align::right, Align::right, Align::left, Align::right, Align::right,
                   Align::right, Align::right},
                  {"cell", "runs", "stable from", "8 of 10 runs", "epoch", "without a point", "at the edge",
                   "forecast from there off by"},
                  {}};
  for (const auto& row : rows)
    table.rows.push_back(
        {row.group.source, std::to_string(row.runs),
         row.stable_s ? to_text(Seconds{row.stable_s->median}) : "",
         row.stable_s ? to_text(Seconds{row.stable_s->p10}) + " to " + to_text(Seconds{row.stable_s->p90})
                      : "",
         row.stable_epoch ? fmt::format("{:.3g}", row.stable_epoch->median) : "",
         row.without_point > 0 ? std::to_string(row.without_point) : "",
         row.censored > 0 ? std::to_string(row.censored) : "",
         row.projection_error ? percent_of(100 * row.projection_error->median) : ""});
  return table;
}

DataTable factorial_table(const session::Comparison& comparison) {
  DataTable table{fmt::format("{} and {} together", comparison.group, comparison.by),
                  {Align::left, Align::left, Align::right, Align::left, Align::right, Align::right},
                  {"test", "effect of", "size", "", "statistic", "p"},
                  {}};
  if (!comparison.factorial) return table;
  const auto put = [&](const std::optional<stats::FactorialResult>& result, const char* test,
                       const char* statistic) {
    if (!result) return;
    const std::pair<std::string, const stats::FactorEffect*> effects[] = {
        {comparison.group, &result->a}, {comparison.by, &result->b}, {"interaction", &result->interaction}};
    for (const auto& [name, effect] : effects)
      table.rows.push_back({test, name, fmt::format("{:.3f}", effect->partial_eta_squared),
                            std::string(stats::magnitude_of_eta_squared(effect->partial_eta_squared)),
                            fmt::format("{} = {:.5g}", statistic, effect->statistic),
                            stats::p_text(effect->p_value)});
  };
  put(comparison.factorial->art, "ART-ANOVA", "F");
  put(comparison.factorial->scheirer_ray_hare, "Scheirer-Ray-Hare", "H");
  return table;
}

DataTable pairs_table(const session::Comparison& comparison, std::size_t most_pairs) {
  const auto& result = comparison.overall;
  DataTable table{"Pairs",
                  {Align::left, Align::left, Align::right, Align::right, Align::left, Align::right},
                  {"", "against", "ratio of medians", "Cliff's delta", "", "p, corrected"},
                  {}};
  std::vector<std::size_t> order(result.pairs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return result.pairs[i].p_adjusted; });
  if (order.size() > most_pairs) {
    table.caption = fmt::format("The {} pairs of {} with the smallest p", most_pairs, order.size());
    order.resize(most_pairs);
  }
  for (const auto i : order) {
    const auto& pair = result.pairs[i];
    table.rows.push_back({result.groups[pair.a].name, result.groups[pair.b].name,
                          pair.median_ratio ? fmt::format("{:.3g}", *pair.median_ratio) : "",
                          fmt::format("{:.2f}", pair.delta.value),
                          std::string(stats::magnitude_of_delta(pair.delta.value)),
                          stats::p_text(pair.p_adjusted)});
  }
  return table;
}

}  // namespace joulecast::report
