// A plan's adaptive repetitions as the rule of stats/adaptive_repetitions.hpp.
#pragma once

#include "lab/plan/plan.hpp"
#include "stats/adaptive_repetitions.hpp"

namespace joulecast::lab {

/// The pairs of cells that differ in the level of Repetitions::compare alone; none where nothing is compared.
[[nodiscard]] std::vector<stats::CellPair> compared_pairs(const Plan& plan);

/// Of a plan whose repetitions are adaptive. invalid, with a field of the plan's `repetitions` as its place,
/// for a rule that can never decide anything.
[[nodiscard]] Result<stats::AdaptiveRepetitions> repetition_rule(const Plan& plan);

}  // namespace joulecast::lab
