#include "session/tables/recommend_training.hpp"

#include <fmt/format.h>

#include <iterator>

#include "session/tables/predicted_alternatives.hpp"

namespace joulecast::session {
namespace {

/// The candidates of the request, predictions first.
Result<std::vector<tradeoff::Alternative>> candidates_of(const RecommendRequest& request,
                                                         const std::vector<std::string>& keys,
                                                         const std::vector<std::string>& columns,
                                                         std::vector<std::string>& warnings) {
  auto all = alternatives_from(request.predictions, request.predictions_source, keys, columns, warnings);
  if (!all || !request.candidates) return all;
  auto more = candidates_from(*request.candidates, keys, columns);
  if (!more) return propagate(more.error());
  std::move(more->begin(), more->end(), std::back_inserter(*all));
  return all;
}

}  // namespace

Result<TrainingRecommendation> recommend_training(const RunTable& table, const RecommendRequest& request) {
  TrainingRecommendation result;
  result.source = table.source();
  const auto minimise =
      request.minimise.empty() ? energy_column(table, "minimise") : Result<std::string>(request.minimise);
  if (!minimise) return propagate(minimise.error());
  const std::vector<std::string> names(table.columns().begin(), table.columns().end());
  std::vector<std::string> columns{*minimise};
  for (const auto& text : request.requirements) {
    auto constraint = tradeoff::parse_constraint(text, names);
    if (!constraint) return propagate(constraint.error());
    columns.push_back(constraint->column);
    result.options.constraints.push_back(std::move(*constraint));
  }
  auto alternatives = alternatives_of(table, request.alternatives, columns);
  if (!alternatives) return propagate(alternatives.error());
  result.keys = alternatives->keys;
  result.alternatives = std::move(alternatives->items);
  result.left_out = std::move(alternatives->left_out);
  result.warnings = std::move(alternatives->warnings);
  auto candidates = candidates_of(request, result.keys, columns, result.warnings);
  if (!candidates) return propagate(candidates.error());
  add_candidates(result.alternatives, std::move(*candidates), result.keys, columns, result.warnings);
  result.options.minimise = *minimise;
  result.options.baseline = request.baseline;
  result.options.resamples = affordable_resamples(2000, result.alternatives.size());
  auto recommendation = tradeoff::recommend(result.alternatives, result.options);
  if (!recommendation) {
    const auto& error = recommendation.error();
    return propagate(error.where == "baseline" ? error : with_reasons(error, result.left_out));
  }
  result.recommendation = std::move(*recommendation);
  if (const auto without = result.recommendation.without_cost.size(); without > 0)
    result.warnings.push_back(fmt::format("{} {} no {} and {} left out", without,
                                          without == 1 ? "alternative has" : "alternatives have", *minimise,
                                          without == 1 ? "is" : "are"));
  return result;
}

}  // namespace joulecast::session
