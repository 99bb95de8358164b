// The measured command. It is started as it would be without joulecast.
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
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to joulecast's own
  /// False: the child writes directly to joulecast's streams, and joulecast does not see the output.
  bool watch_output = true;
  std::vector<int> cpus = {};     ///< that it may use; empty = those of this process
  bool dies_with_parent = false;  ///< the kernel kills it with the thread that has started it
};

/// Exit statuses that shells use for a command that could not be started.
constexpr int exit_not_found = 127;
constexpr int exit_not_executable = 126;
/// Used if other code in this process has already collected the child's status.
constexpr int exit_unknown = 1;

class Child {
 public:
  /// Forks a child that waits for release() before it becomes the command, so that a measurement can be
  /// running first. invalid without a command; retry if the system has no process or descriptors left.
  [[nodiscard]] static Result<Child> prepare(const ChildOptions& options, const SignalGuard& signals);
  Child(Child&&) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  ///< ends a child that was never released

  /// The root of the process tree that is measured: the command, or the leader of its session.
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] pid_t command() const { return command_; }
  /// The parent's ends of the child's streams, for a relay. Call once.
  [[nodiscard]] ChildStreams take_streams() { return std::move(streams_); }
  /// Whether it has a session on a terminal of its own. Signals from joulecast's terminal then do not reach
  /// it.
  [[nodiscard]] bool leads_session() const { return leads_session_; }

  /// Lets the command begin. unavailable (not found) or denied (not executable) if it cannot; the child has
  /// then ended.
  [[nodiscard]] Status release();
  /// Sends a signal to the command, or to its group if it has a session of its own.
  void send(int signal) const;
  /// Returns the command's exit status (128 + signal if it was killed) if it has ended. Collects this child
  /// only, and does not block.
  [[nodiscard]] std::optional<int> reap();
  /// Readable when reap() or take_stop() may have something new; -1 if SIGCHLD says so instead.
  [[nodiscard]] int news() const { return lost_leader_ ? -1 : news_.get(); }
  /// Whether the command was stopped since the last call. Only known if it has a session of its own; else it
  /// is stopped together with this process.
  [[nodiscard]] bool take_stop() { return std::exchange(stopped_, false); }

 private:
  Child() = default;
  [[nodiscard]] Status meet_leader();
  [[nodiscard]] std::optional<int> hear_leader();

  pid_t pid_ = -1;      ///< the process that was forked: the command or its session's leader
  pid_t command_ = -1;  ///< the command
  ChildStreams streams_;
  Descriptor gate_;    ///< a byte written here lets the command begin
  Descriptor report_;  ///< delivers the child's errno if exec fails; a successful exec closes it
  Descriptor news_;    ///< what the session's leader tells
  std::string name_;
  bool leads_session_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  bool lost_leader_ = false;
};

}  // namespace joulecast::run
