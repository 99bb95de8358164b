// Waiting between runs, which the user may end.
#pragma once

#include <csignal>

#include "base/units.hpp"

namespace joulecast::lab {

/// While it exists, signals that ask this process to end only end its waits. For the time between runs: a
/// command must not be started meanwhile, since it would inherit the blocked signals.
class Pause {
 public:
  Pause();
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  /// False if somebody asked for the end, now or during an earlier wait.
  [[nodiscard]] bool wait(Seconds duration);
  [[nodiscard]] bool was_interrupted() const { return interrupted_; }

 private:
  sigset_t signals_{};
  sigset_t before_{};
  bool interrupted_ = false;
};

}  // namespace joulecast::lab
