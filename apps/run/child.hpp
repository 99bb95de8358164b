// The measured command: started as if we were not there, its output passed through unchanged and undelayed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "run/signals.hpp"

namespace joulecast::run {

struct ChildOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours
  bool watch_output = true;  ///< false: the child writes straight to our streams, and we never see it
};

/// How the child's ends are connected to ours.
struct Wiring {
  int out = -1;  ///< read end of what the child writes to standard output (a pipe or a pty); -1 = not watched
  int err = -1;  ///< the same for standard error; -1 where not watched or the same pty as `out`
  int in = -1;   ///< write end of the child's terminal; -1 where the child reads our standard input itself
  bool terminal = false;  ///< `out` is a pty
  bool own_session =
      false;  ///< the child leads a session on that pty: the terminal's signals reach it through `in`
};

/// Exit statuses of a command that could not be started, as every shell has them.
constexpr int exit_not_found = 127;
constexpr int exit_not_executable = 126;

class Child {
 public:
  /// Forks a child that waits for release() before it becomes the command, so that a measurement can be
  /// running first. Call before any thread is started.
  [[nodiscard]] static Result<Child> prepare(const ChildOptions& options, const SignalGuard& signals);
  Child(Child&&) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  ///< a child that was never released ends

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const Wiring& wiring() const { return wiring_; }

  /// Lets the command begin. unavailable (not found) or denied (not executable) where it cannot: the child
  /// has ended.
  [[nodiscard]] Status release();
  /// Sends a signal to the command (to its whole session where it leads one).
  void send(int signal) const;
  /// After SIGCHLD: reaps what ended; the command's exit status (128 + signal where it was killed) once it
  /// has.
  [[nodiscard]] std::optional<int> reap();
  /// Our terminal changed its size: so does the child's.
  void resize() const;

 private:
  Child() = default;
  pid_t pid_ = -1;
  Wiring wiring_;
  int gate_ = -1;    ///< a byte here lets the command begin
  int report_ = -1;  ///< the child's errno where exec fails; closed by a successful one
  std::string name_;
  bool ended_ = false;
};

}  // namespace joulecast::run
