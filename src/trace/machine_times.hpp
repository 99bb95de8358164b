// When each machine of a training was measured. Internal to the module.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// After a requeue a machine may have the place that another one had, so that two of the runs that are joined
/// are of the same machine, each at its own time. Of two readings of one device only one counts: each of the
/// runs has a row of its own for the machine then.
class MachineTimes {
 public:
  /// A run whose channels have their nodes' names. It was moved `by` so much onto the common axis; its
  /// segments were not. Where another run has one of its machines at other times, the machine is renamed
  /// ("n2@2").
  void add(Run& run, Seconds by, std::vector<std::string>& notes);

 private:
  std::map<std::string, std::vector<Span>> spans_;
  int runs_ = 0;
};

}  // namespace joulecast::trace
