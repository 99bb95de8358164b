// Keeps track of processes that the command leaves behind without a parent.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace joulecast::run {

/// While this object exists, orphaned descendants of the command become children of this process (a
/// subreaper). They stay in the measured process tree, and this process must reap them. Only for a program
/// that starts nothing but the command, since orphans cannot be told from its other children.
class OrphanKeeper {
 public:
  OrphanKeeper();
  ~OrphanKeeper();
  OrphanKeeper(const OrphanKeeper&) = delete;
  OrphanKeeper& operator=(const OrphanKeeper&) = delete;

  /// Reaps the orphans that have ended. Leaves the status of `command` to its owner.
  void reap(pid_t command) const;
  /// Names of the orphans that still run, sorted: what the command left behind. Empty where the kernel does
  /// not list children (CONFIG_PROC_CHILDREN).
  [[nodiscard]] std::vector<std::string> left(pid_t command) const;

 private:
  int before_ = 0;  ///< whether the process was already a subreaper
};

/// Every process below this one that runs another program: the command, what it has started, and orphans that
/// this process adopted. Empty where the kernel does not list children.
[[nodiscard]] std::vector<pid_t> strangers_below_this_process();

}  // namespace joulecast::run
