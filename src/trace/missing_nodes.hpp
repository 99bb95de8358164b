// Nodes of a job of which there is no run: what they used is not known, and the total is to say so.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// How many nodes the job says that it has; 1 where it says nothing that can be.
[[nodiscard]] int expected_nodes(const Job& job);

/// How many nodes of its jobs a joined run is without.
[[nodiscard]] int missing_nodes(const Run& joined);

/// The share of the nodes that were measured, of all that were a part of the run within the span. `known`:
/// how many these are.
[[nodiscard]] double measured_share(const Run& run, Span span, std::size_t known);

// The rest is internal to the module.

/// The nodes of the job that were measured.
struct KnownNodes {
  Job job;              ///< of any of them
  std::set<int> ranks;  ///< their places
  int nodes = 0;        ///< how many they are, also where their places are not known
};

/// Adds the places in the job of the nodes that a run is of: several if it is a joined one.
void add_ranks_of(const Run& run, KnownNodes& known);

/// The names of the job's nodes in their order, by the list that one of the runs kept, where it is one of as
/// many nodes.
[[nodiscard]] std::vector<std::string> node_names(const std::vector<Run>& runs, int expected);

/// Adds a row and a note for what is missing.
void miss_nodes(Run& joined, const KnownNodes& known, const std::vector<std::string>& names);

/// Of a run that was joined before: the nodes that were missing may be here now.
void forget_missing_nodes(Run& run);

/// They were missing in a job that the training has gone on after, which is named.
void name_job_of_missing_nodes(Run& run);

}  // namespace joulecast::trace
