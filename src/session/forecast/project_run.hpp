// Replays the projections of a recorded or unfinished run, from a bundle or from the store.
#pragma once

#include <optional>
#include <string>

#include "base/place.hpp"
#include "carbon/intensity.hpp"
#include "estimate/online/history.hpp"
#include "store/run_query.hpp"

namespace joulecast::session {

struct ProjectRequest {
  std::string run;    ///< a folder with a run bundle, or a stored run
  std::string store;  ///< "" = the default one
  std::string at;     ///< see estimate::find_moment()
  estimate::HistoryOptions history;
  Place place;
};

struct ProjectedRun {
  std::string run;                    ///< its name or id
  store::RunChoice choice{};          ///< which stored run was meant; empty for a bundle
  std::optional<WallTime> started{};  ///< start of the training
  estimate::ProjectionHistory history;
  /// Index in history.moments of the requested moment.
  std::size_t at = 0;
  std::optional<double> ask_work{};
  std::optional<Joules> ask_budget{};
  carbon::Estimate carbon{};              ///< for the projected total at that moment
  std::optional<WallTime> finish_time{};  ///< expected at that moment

  [[nodiscard]] const estimate::ProjectedMoment& moment() const { return history.moments[at]; }
};

/// With early stopping, earlier runs of the same command in the store tell when such a training stops.
/// invalid in the cases of estimate::project_history(), or with "at" as the place if there is no such moment.
[[nodiscard]] Result<ProjectedRun> project(const ProjectRequest& request);

}  // namespace joulecast::session
