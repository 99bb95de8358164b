// What remains if joulecast itself fails beyond repair, as std::terminate() says (out of memory in a
// destructor, an exception in a thread) or the kernel (a library that writes where nothing is). The command
// goes on, and its exit status is still returned.
#pragma once

#include <sys/types.h>

namespace joulecast::run {

/// While this object exists, std::terminate() and SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT wait for the
/// command in place of ending the process, and then end it with the command's exit status. At most one at a
/// time.
class LastResort {
 public:
  /// `child`: the process that was forked. `news`: where the leader of a session tells of the command; -1 if
  /// the child is the command.
  LastResort(pid_t child, int news);
  /// For what is left to do when the command has ended.
  explicit LastResort(int exit_status);
  ~LastResort();
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

  /// The command has ended, and its status was collected.
  static void exit_status_is(int exit_status);
};

}  // namespace joulecast::run
