// Which runs of a training's nodes are of one job, or of one start of it. Internal to the module.
#pragma once

#include <string>
#include <vector>

#include "session/runs/job_nodes.hpp"
#include "store/run_store.hpp"

namespace joulecast::session {

/// The segments of one node.
struct NodeChain {
  store::SegmentIds segments;
  std::vector<store::RunRow> rows;  ///< of each of them
};

/// Tells apart the jobs, and the starts of one that was requeued, perhaps on other nodes. torchrun's restarts
/// are counted by each node, and so are not looked at.
[[nodiscard]] std::string launch_of(const trace::Job& job);

/// Their launches, each of them after those that its runs go on with, whatever the clocks say. Empty where
/// there is one only.
[[nodiscard]] std::vector<JobLaunch> launches_of(const std::vector<NodeChain>& chains);

}  // namespace joulecast::session
