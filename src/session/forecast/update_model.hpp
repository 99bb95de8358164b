// Updates a model with a machine's own measurements, and decides how far to follow them.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "estimate/offline/model_file.hpp"

namespace joulecast::session {

/// How far predictions follow the runs.
enum class Followed { not_at_all, own_workloads, in_part, fully };
[[nodiscard]] std::string_view name_of(Followed followed);

/// Median absolute percentage errors of predictions of the given runs, before and after the update. "After"
/// predicts each configuration by an update that did not see it. These errors also selected the way of
/// following, so new trainings will be predicted slightly worse.
struct CalibrationErrors {
  int configurations = 0;
  std::array<std::optional<double>, 3> before, after;  ///< by Target
  bool micro_followed = true;
  Followed followed = Followed::not_at_all;  ///< how far the runs are followed
};

/// Fewest configurations that can decide how far to follow the runs.
constexpr int least_configurations = 3;

/// Updates the model's physics by micro-workloads and runs, as far as this improves predictions of the runs:
///
/// - Each configuration of the runs is predicted without itself, in four ways. The other runs are followed
/// for
///   their own workloads only, in part, or fully (PhysicsModel::updated() with a reach of 0, a quarter and
///   1), or not at all. The error is the mean of |log(predicted / measured)|, at most log 2, over power and
///   time.
/// - A way is rejected if its error in power or in time is clearly larger than without following, or if its
///   median error is larger by more than the difference between repeats (5 %). Of the remaining ways, in the
///   order above, the first that is not clearly worse than the best is taken. "Clearly" means by more than
///   one standard error of the difference over configurations (Breiman, Friedman, Olshen, Stone 1984, section
///   3.4.3). So similar runs are followed as far as it helps, and dissimilar runs affect only themselves.
/// - Micro-workloads are used unless power or time of the runs are clearly better predicted without them.
/// - Fewer than three configurations are too few to decide. They are followed for their own workloads only.
///
/// If `runs` is empty, the micro-workloads are used. invalid if the file has no physics model.
[[nodiscard]] Result<CalibrationErrors> update_model(estimate::ModelFile& model,
                                                     const std::vector<estimate::Sample>& micro,
                                                     const std::vector<estimate::Sample>& runs);

}  // namespace joulecast::session
