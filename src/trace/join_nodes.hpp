// One account of a training on several nodes, each of which was measured as a run of its own.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// The scheduler's name of the node that the run measured, or else its host's.
[[nodiscard]] std::string node_of(const Run& run);

/// One of the jobs, or of a job's starts, that a training on several nodes consists of.
struct Launch {
  Job job;                ///< of any of its nodes
  std::set<int> ranks;    ///< places of the nodes that were measured
  int nodes = 0;          ///< how many these are, also where their places are not known
  std::string node_list;  ///< as Slurm writes it; "" = not known
};

/// How many of the launch's nodes were not measured.
[[nodiscard]] int missing_nodes(const Launch& launch);

/// How many nodes of its jobs a joined run is without.
[[nodiscard]] int missing_nodes(const Run& joined);

/// How far the clock of `run` is ahead of that of `reference`: epochs end on all nodes at the same time,
/// because their ranks wait for each other. Nothing if the two have no epoch in common or no wall clock.
[[nodiscard]] std::optional<Seconds> clock_lead(const Run& reference, const Run& run);

/// Joins the runs of one job's nodes; the first one gives the id, the time axis and, if it has any, the
/// progress. Readings of the others are moved to its time by the wall clocks, whose difference is corrected
/// where it is known. The energy of the whole is the sum over the nodes; each channel has its node's name.
/// Notes tell clocks that differ by more than a second, nodes that joined late or ended early, and nodes that
/// never reported, which the total names as missing. One run alone of a job of one node is returned as it is.
/// `launches`, in their order, tell those of each of several jobs; without them there was one. A machine that
/// had another place in another job, and so belongs to two of the runs, has a row for each ("n2@2").
[[nodiscard]] Run join_nodes(std::vector<Run> runs, std::span<const Launch> launches = {});

}  // namespace joulecast::trace
