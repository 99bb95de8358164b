// The runs of one job's nodes, which are one training together.
#pragma once

#include <string>
#include <vector>

#include "store/segments.hpp"
#include "trace/join_nodes.hpp"

namespace joulecast::session {

/// For each node of the job its run, with all its segments; that of the lowest node comes first.
struct JobNodes {
  std::vector<store::SegmentIds> nodes;  ///< at least one: that of the run itself
  /// Runs that claim the same job on a node whose run is in `nodes`: they overlap with it, and adding them
  /// would count their node twice.
  std::vector<std::string> rivals;
  /// The jobs, or starts of one, that the training consists of, as far as these had several nodes.
  std::vector<trace::Launch> launches;
};

/// Of a training whose segments are given. Runs of one start of a job and step belong together if they ran at
/// the same time, and so do those that a run of theirs goes on with; of several on one node, as a script
/// makes that trains twice, the one that ran with this training.
[[nodiscard]] Result<JobNodes> nodes_of(const store::RunStore& store, store::SegmentIds segments);

/// Whether the row's job has more nodes than the one that it is of.
[[nodiscard]] bool is_of_several_nodes(const store::RunRow& row);

}  // namespace joulecast::session
