// The signals of a process that measures another one.
#pragma once

#include <csignal>

#include "base/descriptor.hpp"

namespace joulecast::run {

/// While it lives, signals that would end or stop us are blocked, to be read from a descriptor. Writing to a
/// pipe that nobody reads any more (| head), or beyond a limit on file sizes, fails instead of ending us.
/// What we were started to ignore (nohup; a job in the background) stays ignored, by us and by the command.
/// It changes the whole process: for a program that does nothing else meanwhile. Make it before any thread
/// begins.
class SignalGuard {
 public:
  SignalGuard();
  /// Unblocks. Failed writes stay harmless: the command's exit status is still to be passed on.
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// A signalfd that delivers what is blocked, and never waits; retry where there are no more descriptors.
  [[nodiscard]] Result<Descriptor> descriptor() const;
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
