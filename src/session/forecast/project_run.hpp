// The projection of a recorded or half-finished run, from a bundle or from the store.
#pragma once

#include <string>

#include "carbon/intensity.hpp"
#include "estimate/online/history.hpp"
#include "report/projection_report.hpp"

namespace joulecast::session {

struct ProjectRequest {
  std::string run;    ///< a folder with a run bundle, or a run of the store
  std::string store;  ///< "" = the default one
  std::string at;     ///< as estimate::find_moment
  estimate::HistoryOptions history;
  Place place;
};

/// Earlier runs of the same command in the store tell where such a training stops, where early stopping is
/// asked for.
[[nodiscard]] Result<report::ProjectionReport> project(const ProjectRequest& request);

}  // namespace joulecast::session
