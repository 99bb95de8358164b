// Which cells of a campaign need a further repetition, by what has been measured so far.
#pragma once

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

}  // namespace joulecast::lab
