#include "lab/runner/schedule.hpp"

#include "lab/plan/order.hpp"

namespace joulecast::lab {

Schedule::Schedule(const Plan& plan, NeedsMore needs_more)
    : plan_(&plan), needs_more_(std::move(needs_more)) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) places_[plan.cells[i].id] = i;
}

std::size_t Schedule::cell_of(const RunPlace& place) const {
  return places_.at(place.cell);
}

bool Schedule::is_needed(std::size_t cell, const Standing& standing) const {
  const auto& state = standing.cell(cell);
  if (state.given_up || standing.is_settled(cell, block_)) return false;
  if (block_ <= plan_->repetitions.at_least || !needs_more_) return true;
  return needs_more_(cell, standing);
}

std::optional<RunPlace> Schedule::next_repetition(const Standing& standing) {
  for (;;) {
    for (; at_ < order_.size(); ++at_) {
      const auto cell = order_[at_];
      if (is_needed(cell, standing))
        return RunPlace{Role::cell, plan_->cells[cell].id, block_, standing.next_attempt(cell, block_)};
    }
    if (block_ >= plan_->repetitions.at_most) return std::nullopt;
    order_ = order_of_block(*plan_, ++block_);
    at_ = 0;
  }
}

std::optional<RunPlace> Schedule::next(const Standing& standing) {
  auto repetition = next_repetition(standing);
  if (!plan_->reference) return repetition;
  const auto since = standing.runs_since_reference();
  // The last reference comes after the last run, so that the drift of all of them is known.
  const bool due = repetition ? !since || *since >= plan_->reference->every : since.value_or(0) > 0;
  return due ? std::optional(standing.next_reference()) : repetition;
}

std::size_t most_runs_left(const Plan& plan, const Standing& standing) {
  std::size_t left = 0;
  const auto wanted = static_cast<std::size_t>(plan.repetitions.at_most);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& cell = standing.cell(i);
    if (!cell.given_up && cell.settled() < wanted) left += wanted - cell.settled();
  }
  return left;
}

}  // namespace joulecast::lab
