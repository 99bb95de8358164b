// Which run of a campaign comes next.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "lab/campaign/needed_repetitions.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

class Schedule {
 public:
  /// The plan must outlive this object. `needs_more` is asked before each repetition beyond
  /// Repetitions::at_least; where there is none, every cell has Repetitions::at_most.
  explicit Schedule(const Plan& plan, NeedsMore needs_more = {});

  /// Nothing if all is done. A run that failed and may be tried again comes again at once.
  [[nodiscard]] std::optional<RunPlace> next(const Standing& standing);
  /// The place of the run's cell in the plan.
  [[nodiscard]] std::size_t cell_of(const RunPlace& place) const;

 private:
  [[nodiscard]] std::optional<RunPlace> next_repetition(const Standing& standing);
  [[nodiscard]] bool is_needed(std::size_t cell, const Standing& standing) const;

  const Plan* plan_;
  NeedsMore needs_more_;
  std::map<std::string, std::size_t> places_;
  int block_ = 0;
  std::vector<std::size_t> order_;  ///< of the block
  std::size_t at_ = 0;              ///< in the order; what is before it is settled
};

/// How many runs of cells are left at most, without those that may fail and be tried again.
[[nodiscard]] std::size_t most_runs_left(const Plan& plan, const Standing& standing);

}  // namespace joulecast::lab
