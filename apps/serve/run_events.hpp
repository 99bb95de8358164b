// Tells the streams of events what has happened to runs between two looks at the store.
#pragma once

#include <map>
#include <string>

#include "serve/event_hub.hpp"
#include "session/runs/running_runs.hpp"

namespace joulecast::serve {

/// Used by one thread.
class RunEvents {
 public:
  explicit RunEvents(EventHub& hub) : hub_(hub) {}
  /// The first look makes the snapshot, and no events.
  void tell(const session::RunningRuns& runs);

 private:
  void tell_trouble(const std::string& trouble);

  EventHub& hub_;
  std::map<std::string, std::string> told_;  ///< each running run as it was told last, by id
  std::string trouble_;
  bool first_ = true;
};

}  // namespace joulecast::serve
