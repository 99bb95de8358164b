// Which cells of a campaign need a further repetition, by what has been measured so far.
#pragma once

#include <functional>

#include "lab/campaign/state.hpp"
#include "stats/adaptive_repetitions.hpp"

namespace joulecast::lab {

/// The energies of each cell by repetition, as far as they are settled; NaN where a repetition failed or its
/// energy is unknown.
[[nodiscard]] std::vector<stats::CellValues> energies_of(const Plan& plan, const Standing& standing);

/// Of a plan with fixed repetitions every cell needs more, up to its maximum.
class NeededRepetitions {
 public:
  /// invalid, with the plan's file as its place, for a rule that can never decide anything.
  [[nodiscard]] static Result<NeededRepetitions> make(const Plan& plan);

  /// Looks at what there is now. Takes below a millisecond for 330 cells of 30 repetitions.
  void look_at(const Standing& standing);
  /// Whether the repetition of this cell is worth a run, by the last look.
  [[nodiscard]] bool needs(std::size_t cell, int repetition) const;

  /// By the last look; nothing for fixed repetitions.
  [[nodiscard]] const std::optional<stats::RepetitionDecisions>& decisions() const { return decisions_; }
  [[nodiscard]] const std::optional<stats::AdaptiveRepetitions>& rule() const { return rule_; }

 private:
  explicit NeededRepetitions(const Plan& plan) : plan_(&plan) {}
  const Plan* plan_;
  std::optional<stats::AdaptiveRepetitions> rule_;
  std::optional<stats::RepetitionDecisions> decisions_;
};

/// Whether a cell needs a further repetition beyond the plan's minimum, for Schedule. Empty for fixed
/// repetitions. The plan must outlive it. Errors as NeededRepetitions::make().
using NeedsMore = std::function<bool(std::size_t cell, const Standing& standing)>;
[[nodiscard]] Result<NeedsMore> needs_more_by_rule(const Plan& plan);

/// Against repeating every cell as often as the plan allows.
struct SavedRepetitions {
  std::size_t runs = 0;
  std::size_t most = 0;  ///< repetitions of the whole plan
  Joules energy{0};      ///< by each cell's own mean
  Seconds time{0};
};
[[nodiscard]] SavedRepetitions saved_repetitions(const Plan& plan, const Standing& standing,
                                                 const stats::RepetitionDecisions& decisions);

}  // namespace joulecast::lab
