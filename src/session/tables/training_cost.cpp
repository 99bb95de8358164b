#include "session/tables/training_cost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>

#include "session/tables/alternatives.hpp"
#include "stats/summary.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

constexpr std::array usual_columns{"architecture", "dataset", "image_size"};

Result<std::vector<std::string>> columns_to_match(const RunTable& uses, const RunTable& trainings,
                                                  const TrainingCostRequest& request) {
  auto columns = request.match;
  if (columns.empty())
    for (const auto* name : usual_columns)
      if (uses.has(name) && trainings.has(name)) columns.emplace_back(name);
  if (columns.empty())
    return fail_field("match", "{} and {} share none of {}: name the columns that tell the training of a row",
                      uses.source(), trainings.source(), fmt::join(usual_columns, ", "));
  for (const auto& name : columns)
    for (const auto* table : {&uses, &trainings})
      if (const auto found = table->column(name); !found) return propagate(found.error());
  return columns;
}

/// The row's labels in these columns; nothing if one is not known.
std::optional<std::vector<std::string>> labels_of(const RunTable& table, std::size_t row,
                                                  const std::vector<std::string>& columns) {
  std::vector<std::string> labels;
  for (const auto& name : columns) {
    const auto column = *table.column(name);
    if (table.missing(row, column)) return std::nullopt;
    labels.emplace_back(table.text(row, column));
  }
  return labels;
}

using Costs = std::map<std::vector<std::string>, std::vector<double>>;

Result<Costs> costs_of(const RunTable& trainings, const std::vector<std::string>& columns,
                       const std::string& wanted) {
  const auto name = wanted.empty() ? energy_column(trainings, "training_cost") : Result<std::string>(wanted);
  if (!name) return propagate(name.error());
  const auto column = trainings.column(*name);
  if (!column) return propagate(column.error());
  const auto unit = tradeoff::unit_of_column(*name);
  if (unit.dimension != tradeoff::unit_of_column(training_cost_column).dimension)
    return fail_field("training_cost", "{} is no energy", *name);
  Costs costs;
  for (std::size_t row = 0; row < trainings.rows(); ++row) {
    const auto cost = trainings.number(row, *column);
    if (!cost) return propagate(cost.error());
    const auto labels = labels_of(trainings, row, columns);
    if (*cost && labels)
      costs[*labels].push_back(**cost * unit.factor / tradeoff::unit_of_column(training_cost_column).factor);
  }
  return costs;
}

}  // namespace

Result<RunTable> with_training_cost(const RunTable& uses, const RunTable& trainings,
                                    const TrainingCostRequest& request) {
  const auto columns = columns_to_match(uses, trainings, request);
  if (!columns) return propagate(columns.error());
  const auto costs = costs_of(trainings, *columns, request.cost);
  if (!costs) return propagate(costs.error());
  RunRows rows{uses.source(), {}, {}, {}, uses.left_out(), uses.warnings()};
  rows.columns.assign(uses.columns().begin(), uses.columns().end());
  rows.columns.emplace_back(training_cost_column);
  std::size_t found = 0;
  for (std::size_t row = 0; row < uses.rows(); ++row) {
    for (std::size_t column = 0; column < uses.columns().size(); ++column)
      rows.cells.emplace_back(std::string(uses.text(row, column)));
    const auto labels = labels_of(uses, row, *columns);
    const auto cost = labels ? costs->find(*labels) : costs->end();
    const bool known = cost != costs->end();
    rows.cells.push_back(known ? RunCell(stats::median(cost->second)) : RunCell());
    found += known ? 1 : 0;
    rows.ids.push_back(uses.where(row));
  }
  if (found == 0)
    return fail_field("training", "no row of {} has a training in {} with the same {}", uses.source(),
                      trainings.source(), fmt::join(*columns, ", "));
  if (found < uses.rows())
    rows.warnings.push_back(fmt::format("{} of {} rows have no training in {}", uses.rows() - found,
                                        uses.rows(), trainings.source()));
  return RunTable(std::move(rows));
}

}  // namespace joulecast::session
