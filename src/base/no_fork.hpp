// Keeps other threads of this process from forking for a moment.
#pragma once

namespace joulecast {

/// While one lives, a fork of another thread waits, for 0.2 s at most. For what leaves a forked child with
/// half of something: the dynamic loader's list of libraries, say, which glibc does not protect.
class NoFork {
 public:
  NoFork();
  ~NoFork();
  NoFork(const NoFork&) = delete;
  NoFork& operator=(const NoFork&) = delete;
};

}  // namespace joulecast
