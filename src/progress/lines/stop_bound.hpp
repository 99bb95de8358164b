// Bounds on a figure that end a training when it passes them: "acc 73 % (goal: 90 %)", "stops below 1e-06",
// "change=6.9e-03 (tol=1e-4)", "loss_threshold: 0.05", "while loss > 0.1".
#pragma once

#include <string_view>

namespace joulecast::progress {

/// `lowered`: the line in small letters. False for bounds that end nothing: a tensor called target, the least
/// rate of a schedule, the tolerance of a solver that is set up, the threshold of a decision.
[[nodiscard]] bool bounds_a_figure(std::string_view lowered);

}  // namespace joulecast::progress
