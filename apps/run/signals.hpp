// The signals of a process that measures another one.
#pragma once

#include <csignal>

namespace joulecast::run {

/// While it lives, signals that would end or stop us are blocked, to be read from a descriptor; and a reader
/// that leaves (| head) or a limit on file sizes is a failed write, not our end. What we were started to
/// ignore (nohup; a job in the background) stays ignored, by us and by the command. Make it before any thread
/// begins.
class SignalGuard {
 public:
  SignalGuard();
  /// Unblocks. Failed writes stay harmless: the command's exit status is still to be passed on.
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// What a signalfd is to deliver.
  [[nodiscard]] const sigset_t& taken() const { return taken_; }
  /// Whether a signal waits that would have ended us.
  [[nodiscard]] bool asked_to_end() const;
  /// Between fork and exec: the command gets what we were started with.
  void restore_in_child() const;

 private:
  sigset_t taken_{};
  sigset_t mask_before_{};
  struct sigaction pipe_before_ {
  }, file_size_before_{}, child_before_{};
};

}  // namespace joulecast::run
