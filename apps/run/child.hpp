// The measured command: started as if we were not there.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "run/child_streams.hpp"
#include "run/signals.hpp"

namespace joulecast::run {

struct ChildOptions {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours
  bool watch_output = true;  ///< false: the child writes straight to our streams, and we never see it
};

/// Exit statuses of a command that could not be started, as every shell has them.
constexpr int exit_not_found = 127;
constexpr int exit_not_executable = 126;
/// Where somebody else in this process has taken the child's status.
constexpr int exit_unknown = 1;

class Child {
 public:
  /// Forks a child that waits for release() before it becomes the command, so that a measurement can be
  /// running first. invalid without a command; retry where the system gives no process or descriptors.
  [[nodiscard]] static Result<Child> prepare(const ChildOptions& options, const SignalGuard& signals);
  Child(Child&&) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  ///< a child that was never released ends

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Our ends of its streams, for a relay. Once.
  [[nodiscard]] ChildStreams take_streams() { return std::move(streams_); }
  /// It leads a session on a terminal of its own: what ours sends does not reach it.
  [[nodiscard]] bool leads_session() const { return leads_session_; }

  /// Lets the command begin. unavailable (not found) or denied (not executable) where it cannot: the child
  /// has ended.
  [[nodiscard]] Status release();
  /// Sends a signal to the command (to its whole session where it leads one).
  void send(int signal) const;
  /// The command's exit status (128 + signal where it was killed) once it has ended. Waits for this child
  /// only, and not until it ends.
  [[nodiscard]] std::optional<int> reap();

 private:
  Child() = default;
  pid_t pid_ = -1;
  ChildStreams streams_;
  Descriptor gate_;    ///< a byte here lets the command begin
  Descriptor report_;  ///< the child's errno where exec fails; closed by a successful one
  std::string name_;
  bool leads_session_ = false;
  bool ended_ = false;
};

}  // namespace joulecast::run
