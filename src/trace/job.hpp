// Where a process stands in a launched job: what the batch system and the launcher say of it. A training on
// many GPUs is many such processes, on one node or on several.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace joulecast::trace {

/// Unknown = empty or nullopt, never 0.
struct Job {
  // The batch system's job.
  std::string scheduler;           ///< "slurm", "pbs", "lsf", "flux"
  std::string id;                  ///< of the job, as the scheduler writes it
  std::string array_id;            ///< of the job array that the job belongs to
  std::optional<int> array_index;  ///< of the job in its array
  std::string het_id;              ///< of the heterogeneous job (Slurm) that the job is a component of
  std::optional<int> het_component;
  std::string step;             ///< of the job: "0", "batch", "interactive"
  std::optional<int> restarts;  ///< how often the job was requeued, or the launch begun again (torchrun)
  std::string name;
  std::string user;
  std::string account;
  std::string partition;  ///< or queue
  std::string cluster;
  // The launch of this process and its fellows.
  std::string launcher;  ///< "srun", "torchrun", "openmpi", …; the innermost one
  std::string launch;    ///< what the fellows have in common and others have not: an id, or an address
  std::string node;      ///< the scheduler's name of this node
  std::optional<int> node_rank;
  std::optional<int> node_count;
  std::optional<int> rank;
  std::optional<int> world_size;
  std::optional<int> local_rank;  ///< among the launch's processes on this node
  std::optional<int> local_size;  ///< how many these are

  bool operator==(const Job&) const = default;
};

/// Reads an environment variable; nullptr where it is not set.
using Variable = std::function<const char*(const char*)>;

/// What the environment of a process says of its job. Values that cannot be (a negative rank, a rank beyond
/// the world's size) are left out.
[[nodiscard]] Job job_of(const Variable& variable);

/// Whether a batch system or a launcher says anything.
[[nodiscard]] bool is_known(const Job& job);

/// Whether other processes of the same launch may run on this node, which has only one energy to count.
[[nodiscard]] bool may_share_node(const Job& job);

/// The same text for all processes of one step or launch, on every node, and another one for those of any
/// other: "slurm 4711.0". Empty where the environment tells no such thing.
[[nodiscard]] std::string key_of(const Job& job);

}  // namespace joulecast::trace
