// What the accounting of a batch system's jobs needs to know of each of their runs: nothing of what was run.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/place.hpp"
#include "base/provenance.hpp"
#include "base/units.hpp"
#include "trace/run_status.hpp"

namespace joulecast::store {

/// "" and nothing do not restrict the selection.
struct JobQuery {
  std::string job = {};
  std::string user = {};
  std::string account = {};
  std::string partition = {};
  std::optional<WallTime> since = {};  ///< the run began at this time or later
  std::optional<WallTime> until = {};  ///< the run began before this time
};

/// A run that was measured within a job.
struct JobRun {
  std::string id;
  std::string job;
  std::string user;
  std::string account;
  std::string partition;
  std::string host;
  std::string node;          ///< the batch system's name of the node; "" = not known
  std::string key;           ///< the job, its step and launch (trace::key_of)
  int start = 0;             ///< of the job, or of the launch: how often it had begun before
  std::optional<int> nodes;  ///< that the launch has
  std::optional<WallTime> started;
  Seconds duration{0};
  trace::RunStatus status = trace::RunStatus::running;
  std::optional<Joules> energy;
  Provenance provenance = Provenance::missing;
  std::optional<double> coverage;
  std::optional<Seconds> not_measured;
  std::string place;  ///< a JSON document, as store::RunStore keeps it (place_of)
};

/// Where its electricity came from.
[[nodiscard]] Place place_of(const JobRun& run);

/// Called with the runs of one job after the other, each job's in the order of their starts. The run is only
/// valid during the call.
using JobRunVisitor = std::function<void(const JobRun&)>;

}  // namespace joulecast::store
