// What a recorded or half-finished run was expected to cost as it went on, from a bundle or from the store.
#pragma once

#include <optional>
#include <string>

#include "base/place.hpp"
#include "carbon/intensity.hpp"
#include "estimate/online/history.hpp"

namespace joulecast::session {

struct ProjectRequest {
  std::string run;    ///< a folder with a run bundle, or a run of the store
  std::string store;  ///< "" = the default one
  std::string at;     ///< as estimate::find_moment()
  estimate::HistoryOptions history;
  Place place;
};

struct ProjectedRun {
  std::string run;                    ///< its name or id
  std::optional<WallTime> started{};  ///< of the training
  estimate::ProjectionHistory history;
  std::size_t at = 0;  ///< place in history.moments of the moment that was asked for
  std::optional<double> ask_work{};
  std::optional<Joules> ask_budget{};
  carbon::Estimate carbon{};              ///< of the projected total at that moment
  std::optional<WallTime> finish_time{};  ///< as expected then

  [[nodiscard]] const estimate::ProjectedMoment& moment() const { return history.moments[at]; }
};

/// Earlier runs of the same command in the store tell where such a training stops, where early stopping is
/// asked for. invalid as estimate::project_history(), or with "at" as the place where there is no such
/// moment.
[[nodiscard]] Result<ProjectedRun> project(const ProjectRequest& request);

}  // namespace joulecast::session
