// One account of a training on several nodes, each of which was measured as a run of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// The scheduler's name of the node that the run measured, or else its host's.
[[nodiscard]] std::string node_of(const Run& run);

/// How many nodes of its job a joined run is without.
[[nodiscard]] int missing_nodes(const Run& joined);

/// How far the clock of `run` is ahead of that of `reference`: epochs end on all nodes at the same time,
/// because their ranks wait for each other. Nothing if the two have no epoch in common or no wall clock.
[[nodiscard]] std::optional<Seconds> clock_lead(const Run& reference, const Run& run);

/// Joins the runs of one job's nodes; the first one gives the id, the time axis and, if it has any, the
/// progress. Readings of the others are moved to its time by the wall clocks, whose difference is corrected
/// where it is known. The energy of the whole is the sum over the nodes; each channel has its node's name.
/// Notes tell clocks that differ by more than a second, nodes that joined late or ended early, and nodes that
/// never reported, which the total names as missing. One run alone of a job of one node is returned as it is.
[[nodiscard]] Run join_nodes(std::vector<Run> runs);

}  // namespace joulecast::trace
