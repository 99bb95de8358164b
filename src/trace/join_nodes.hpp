// One account of a training on several nodes, each of which was measured as a run of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// The scheduler's name of the node that the run measured, or else its host's.
[[nodiscard]] std::string node_of(const Run& run);

/// How far the clock of `run` is ahead of that of `reference`: epochs end on all nodes at the same time,
/// because their ranks wait for each other. Nothing if the two have no epoch in common or no wall clock.
[[nodiscard]] std::optional<Seconds> clock_lead(const Run& reference, const Run& run);

/// Joins the runs of one job's nodes; the first one gives the id, the time axis and, unless another one knows
/// more (node_progress.hpp), the progress. Readings of the others are moved to its time by the wall clocks,
/// whose difference is corrected where it is known. The energy of the whole is the sum over the nodes; each
/// channel has its node's name. Notes tell clocks that differ by more than a second, nodes that joined late
/// or ended early, and nodes that never reported, which the total names as missing. One run alone of a job of
/// one node, or one that is of several nodes already, is returned as it is. Runs of several nodes or segments
/// each, as bundles are, may be of one machine at different times: it then has a row for each ("n2@2").
[[nodiscard]] Run join_nodes(std::vector<Run> runs);

/// Joins the jobs, or starts of one, that a training on several nodes consists of: each of them is a segment
/// of it, on whichever machines it ran. For each its nodes, in the order of their places.
[[nodiscard]] Run join_launches(std::vector<std::vector<Run>> launches);

/// Gives what a run of one node has the node's name: its channels, its sensors and its notes.
void name_node(Run& run);

}  // namespace joulecast::trace
