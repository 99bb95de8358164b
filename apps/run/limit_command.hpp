// The command of --on-limit exec:COMMAND, which is run when a limit is reached.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "measure/limits.hpp"

namespace joulecast::run {

/// What the command is told.
struct LimitOccasion {
  measure::Limits::Verdict verdict;
  std::string run_name;
  pid_t command_pid = 0;  ///< of the measured command
};

/// Runs `command` in a shell and does not wait for it; returns its process, which the caller reaps. Its
/// environment has JOULECAST_LIMIT (a line that says
/// what was reached), JOULECAST_RUN_ID, JOULECAST_RUN_NAME, JOULECAST_PID (of the measured command),
/// JOULECAST_LIMIT_J, JOULECAST_USED_J and JOULECAST_PROJECTED_J; what is not known is not set. It has a
/// session of its own and nothing of ours: its input is empty, its output goes nowhere, and signals have
/// their defaults. retry if the system has no process left.
[[nodiscard]] Result<pid_t> start_limit_command(const std::string& command, const LimitOccasion& occasion);

/// Why the shell will not find the program of `command`; "" if it will, or if only the shell can tell.
[[nodiscard]] std::string doubt_of_limit_command(std::string_view command);

/// Why it did nothing useful: "status 127 (not found)"; "" if it ended well.
[[nodiscard]] std::string failure_of_limit_command(int wait_status);

}  // namespace joulecast::run
