// The runs of one job's nodes, which are one training together.
#pragma once

#include <string>
#include <vector>

#include "store/segments.hpp"
#include "trace/job.hpp"

namespace joulecast::session {

/// One of the jobs, or starts of one, that a training consists of.
struct JobLaunch {
  trace::Job job;                        ///< of any of its nodes
  std::vector<store::SegmentIds> nodes;  ///< their runs in it, by their places
};

struct JobNodes {
  /// For each node of the job its run, with all its segments; that of the lowest node comes first. At least
  /// one: that of the run itself.
  std::vector<store::SegmentIds> nodes;
  /// Runs that claim the same job on a node whose run is in `nodes`: they overlap with it, and adding them
  /// would count their node twice.
  std::vector<std::string> rivals;
  /// The same runs by their jobs, in the order in which these went on with each other. Empty where there was
  /// one job, or none of several nodes.
  std::vector<JobLaunch> launches;
};

/// How many of the launch's nodes were not measured.
[[nodiscard]] int missing_nodes(const JobLaunch& launch);

/// Of a training whose segments are given. Runs of one start of a job and step belong together if they ran at
/// the same time, and so do those that a run of theirs goes on with; of several on one node, as a script
/// makes that trains twice, the one that ran with this training.
[[nodiscard]] Result<JobNodes> nodes_of(const store::RunStore& store, store::SegmentIds segments);

/// Whether the row's job has more nodes than the one that it is of.
[[nodiscard]] bool is_of_several_nodes(const store::RunRow& row);

}  // namespace joulecast::session
