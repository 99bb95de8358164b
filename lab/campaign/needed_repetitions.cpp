#include "lab/campaign/needed_repetitions.hpp"

#include <algorithm>
#include <limits>
#include <memory>

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

Result<NeedsMore> needs_more_by_rule(const Plan& plan) {
  auto made = NeededRepetitions::make(plan);
  if (!made) return propagate(made.error());
  if (!made->rule()) return NeedsMore{};
  // One look serves all cells until a further run has ended.
  struct Looked {
    NeededRepetitions needed;
    std::optional<std::size_t> attempts;
  };
  auto looked = std::make_shared<Looked>(Looked{std::move(*made), {}});
  return NeedsMore([looked, cells = plan.cells.size()](std::size_t cell, const Standing& standing) {
    std::size_t attempts = 0;
    for (std::size_t i = 0; i < cells; ++i) attempts += static_cast<std::size_t>(standing.cell(i).attempts);
    if (looked->attempts != attempts) looked->needed.look_at(standing);
    looked->attempts = attempts;
    return looked->needed.decisions()->cells[cell].needs_more();
  });
}

SavedRepetitions saved_repetitions(const Plan& plan, const Standing& standing,
                                   const stats::RepetitionDecisions& decisions) {
  SavedRepetitions saved;
  const auto most = static_cast<std::size_t>(plan.repetitions.at_most);
  saved.most = most * plan.cells.size();
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& decision = decisions.cells[i];
    if (decision.state != stats::CellState::narrow && decision.state != stats::CellState::decided) continue;
    const auto runs = most - std::min(most, decision.attempts);
    saved.runs += runs;
    Joules energy{0};
    Seconds time{0};
    std::size_t known = 0;
    for (const auto* run : standing.cell(i).finished) {
      time = time + run->duration;
      if (run->energy) energy += *run->energy;
      known += run->energy ? 1 : 0;
    }
    const auto finished = standing.cell(i).finished.size();
    if (known > 0) saved.energy += static_cast<double>(runs) / static_cast<double>(known) * energy;
    if (finished > 0)
      saved.time = saved.time + static_cast<double>(runs) / static_cast<double>(finished) * time;
  }
  return saved;
}

bool NeededRepetitions::needs(std::size_t cell, int repetition) const {
  if (repetition <= plan_->repetitions.at_least) return true;
  return repetition <= plan_->repetitions.at_most && (!decisions_ || decisions_->cells[cell].needs_more());
}

}  // namespace joulecast::lab
