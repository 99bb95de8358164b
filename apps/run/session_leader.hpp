// The process that leads the session of a command with a terminal of its own, as a shell would.
#pragma once

#include <sys/types.h>

namespace joulecast::run {

/// What the leader writes to joulecast.
struct SessionNews {
  enum Kind : int {
    began,    ///< value: the command's process id, which is also its group's
    refused,  ///< value: the errno of the fork
    stopped,  ///< value: the signal that stopped the command
    ended     ///< value: its exit status as a shell would have it
  };
  Kind kind = ended;
  int value = 0;
};

struct SessionEnds {
  int terminal = -1;
  int news = -1;  ///< where the leader writes its SessionNews
  int stay = -1;  ///< a pipe's read end: the leader stays until nobody holds the other end
};

/// Call in a forked process. It becomes the leader and never returns; only its own child returns, in the
/// terminal's foreground group, to become the command. With a parent in its session the command can be
/// suspended (SIGTSTP is ignored in groups without one). The leader stays as long as somebody may use the
/// terminal, because the kernel hangs up the terminal when it ends.
void lead_session(const SessionEnds& ends);

/// An exit status in the shell's form: 128 + signal if the process was killed.
[[nodiscard]] int shell_status(int wait_status);

}  // namespace joulecast::run
