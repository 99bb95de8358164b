// The signals of a process that measures another one.
#pragma once

#include <csignal>

#include "base/descriptor.hpp"

namespace joulecast::run {

/// Whether it asks a process to end: SIGINT, SIGTERM, SIGHUP, SIGQUIT.
[[nodiscard]] bool ends_a_process(int signal);

/// While this object exists, signals that would end or stop the process are blocked and can be read from a
/// descriptor. A write to a pipe without a reader (| head), or beyond the file size limit, fails instead of
/// ending the process. Signals that were ignored when the process started (nohup, a background job) stay
/// ignored in this process and in the command. The guard affects the whole process, so it is only for
/// programs that do nothing else meanwhile. Create it before any thread.
class SignalGuard {
 public:
  SignalGuard();
  /// Unblocks the signals. One that asks for the end and has come since is left to the process's own handler,
  /// if it has one, and otherwise dropped. Failed writes stay harmless, because the command's exit status
  /// must still be returned.
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// A non-blocking signalfd for the blocked signals; retry if there are no more descriptors.
  [[nodiscard]] Result<Descriptor> descriptor() const;
  /// Stops this process as Ctrl-Z does, and returns when it is continued. Returns at once if nobody could
  /// continue it (an orphaned process group). The signal that continues it is taken.
  void stop_here() const;
  /// Whether a signal is pending that would have ended the process.
  [[nodiscard]] bool asked_to_end() const;
  /// Call between fork and exec: gives the command the signal settings that this process started with.
  void restore_in_child() const;

 private:
  sigset_t taken_{};
  sigset_t mask_before_{};
  struct sigaction pipe_before_ {
  }, file_size_before_{}, child_before_{};
};

}  // namespace joulecast::run
