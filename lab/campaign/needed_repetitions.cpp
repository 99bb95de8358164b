#include "lab/campaign/needed_repetitions.hpp"

#include <limits>

#include "lab/plan/repetition_rule.hpp"

namespace joulecast::lab {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void put(std::vector<double>& values, const RunEnded& run, double energy) {
  const auto place = static_cast<std::size_t>(run.place.repetition);
  if (values.size() < place) values.resize(place, unknown);
  values[place - 1] = energy;
}

}  // namespace

std::vector<stats::CellValues> energies_of(const Plan& plan, const Standing& standing) {
  std::vector<stats::CellValues> cells(plan.cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& state = standing.cell(i);
    for (const auto* run : state.failed) put(cells[i].values, *run, unknown);
    for (const auto* run : state.finished)
      put(cells[i].values, *run, run->energy ? run->energy->value() : unknown);
    cells[i].ended = state.given_up;
  }
  return cells;
}

Result<NeededRepetitions> NeededRepetitions::make(const Plan& plan) {
  NeededRepetitions needed(plan);
  if (!plan.repetitions.adaptive()) return needed;
  auto rule = repetition_rule(plan);
  if (!rule)
    return fail(ErrorKind::invalid, plan.file.string(), "repetitions.{}: {}", rule.error().where,
                rule.error().message);
  needed.rule_ = std::move(*rule);
  return needed;
}

void NeededRepetitions::look_at(const Standing& standing) {
  if (rule_) decisions_ = rule_->judge(energies_of(*plan_, standing));
}

bool NeededRepetitions::needs(std::size_t cell, int repetition) const {
  if (repetition <= plan_->repetitions.at_least) return true;
  return repetition <= plan_->repetitions.at_most && (!decisions_ || decisions_->cells[cell].needs_more());
}

}  // namespace joulecast::lab
