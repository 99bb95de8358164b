// Gives the terminal back where this process cannot do it any more: a small process that waits for its end.
#pragma once

#include <sys/types.h>

#include "base/descriptor.hpp"

namespace joulecast::top {

class TerminalKeeper {
 public:
  /// Call it before the terminal is taken, and before the program has any thread. Where the system has no
  /// more processes there is no keeper: only kill -9 is then left uncared for.
  TerminalKeeper();
  /// The terminal has been given back: the keeper has nothing to do.
  ~TerminalKeeper();
  TerminalKeeper(const TerminalKeeper&) = delete;
  TerminalKeeper& operator=(const TerminalKeeper&) = delete;

 private:
  Descriptor alive_;  ///< closed by the kernel, however this process ends
  pid_t process_ = -1;
};

}  // namespace joulecast::top
