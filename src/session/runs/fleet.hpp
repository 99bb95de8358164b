// Who uses what: the runs that are recorded now, and the energy of all runs by machine, user, project and
// tag.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/runs/running_runs.hpp"

namespace joulecast::session {

struct FleetRequest {
  std::string store = {};              ///< path or address; "" = the user's own
  std::string since = "30d";           ///< see parse_moment(); the run began at this time or later
  std::string until = {};              ///< the run began before this time; "" = now
  std::vector<std::string> tags = {};  ///< names of tags to sum by, beside user and project
};

struct EnergySum {
  std::string name;  ///< "" = not said
  std::size_t runs = 0;
  std::size_t running = 0;
  std::optional<Joules> energy;    ///< of the runs whose energy is known, so far for those that are running
  std::size_t without_energy = 0;  ///< runs whose energy is not known
};

struct Fleet {
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::vector<RunningRun> running;
  std::vector<EnergySum> hosts;     ///< by falling energy, as the others
  std::vector<EnergySum> users;     ///< by the tag "user"
  std::vector<EnergySum> projects;  ///< by the tag "project"
  std::map<std::string, std::vector<EnergySum>> tags;
};

/// `running` are the runs that are recorded now, whenever they began. Errors as store::RunStore; invalid for
/// a time without a meaning. The user's own store is empty where it does not exist yet.
[[nodiscard]] Result<Fleet> fleet(const FleetRequest& request, const std::vector<RunningRun>& running,
                                  const Clock& clock = system_clock());

}  // namespace joulecast::session
