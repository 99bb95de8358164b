// How far a model follows a machine's own measurements.
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

/// How far predictions of the given runs were off, before and after; median APE in percent. After: each
/// configuration predicted by an update that did not see it. The way of following was chosen by these very
/// errors: new trainings will be predicted a little worse.
struct CalibrationErrors {
  int configurations = 0;
  std::array<std::optional<double>, 3> before, after;  ///< by Target
  bool micro_followed = true;
  Followed followed = Followed::not_at_all;  ///< the runs
};

/// Of runs, to judge by how far they should be followed.
constexpr int least_configurations = 3;

/// Updates the model's physics by micro-workloads and runs, as far as they prove themselves on the runs:
///
/// - Each configuration of the runs is predicted without itself, from the other runs followed for their own
///   workloads alone, in part, or fully (PhysicsModel::updated() with a reach of 0, a quarter and 1), or not
///   at all. The error is the mean of |log(predicted / measured)|, at most log 2, over power and time.
/// - A way that errs clearly more than not to follow, in power or in time, is out. So is one whose median
///   error rises by more than repeats differ (5 %). Of the others the first, in that order, that is not
///   clearly worse than the best is taken. Clearly = by more than one standard error of the difference over
///   configurations (Breiman, Friedman, Olshen, Stone 1984, section 3.4.3). So runs that are alike are
///   followed as far as that helps, and unlike ones teach no more than themselves.
/// - Micro-workloads count unless power or time of the runs are clearly better predicted without them.
/// - Fewer than three configurations cannot be judged by: they count for their own workloads alone.
///
/// `runs` may be empty: then the micro-workloads count. invalid where the file holds no physics model.
[[nodiscard]] Result<CalibrationErrors> update_model(estimate::ModelFile& model,
                                                     const std::vector<estimate::Sample>& micro,
                                                     const std::vector<estimate::Sample>& runs);

}  // namespace joulecast::session
