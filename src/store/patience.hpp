// An end to waiting for other programs, which another thread may bring forward: whoever wants a run closed
// does not want to wait as long as the run itself could.
#pragma once

#include <atomic>
#include <chrono>

namespace joulecast::store {

/// Any thread may call anything.
class Patience {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// After this moment nothing waits any more.
  void end_at(Time time) { end_ = time.time_since_epoch().count(); }
  [[nodiscard]] bool is_over() const {
    return std::chrono::steady_clock::now().time_since_epoch().count() >= end_;
  }

 private:
  std::atomic<Time::rep> end_ = Time::max().time_since_epoch().count();
};

}  // namespace joulecast::store
