// Processes that the command left behind without a parent.
#pragma once

#include <sys/types.h>

namespace joulecast::run {

/// While it lives, a daemonising grandchild becomes our child, so that it stays in the measured tree, and
/// ours to reap. Only for a program that starts nothing but that one command: orphans cannot be told from
/// other children that a program starts itself.
class OrphanKeeper {
 public:
  OrphanKeeper();
  ~OrphanKeeper();
  OrphanKeeper(const OrphanKeeper&) = delete;
  OrphanKeeper& operator=(const OrphanKeeper&) = delete;

  /// Reaps the orphans that have ended. `command` is not one of them: its status is left to who asks for it.
  void reap(pid_t command) const;

 private:
  int before_ = 0;  ///< whether the process was a subreaper already
};

}  // namespace joulecast::run
