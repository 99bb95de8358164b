// Starts threads that do not disturb a host program.
#pragma once

#include <pthread.h>

#include <functional>
#include <utility>

#include "base/result.hpp"

namespace joulecast {

/// A thread like std::thread, whose stack is large enough whatever the user's limit on stacks is
/// (`ulimit -s`): the standard's own threads get exactly that limit.
class Thread {
 public:
  Thread() = default;
  Thread(Thread&& other) noexcept
      : handle_(other.handle_), joinable_(std::exchange(other.joinable_, false)) {}
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();  ///< ends the program if the thread was neither joined nor detached

  [[nodiscard]] bool joinable() const { return joinable_; }
  void join();
  void detach();

 private:
  friend Result<Thread> start_thread(std::function<void()> work);
  explicit Thread(pthread_t handle) : handle_(handle), joinable_(true) {}

  pthread_t handle_{};
  bool joinable_ = false;
};

/// A thread that handles no signals, which stay with the host program's threads. Only faults of the thread
/// itself (SIGSEGV, …) reach it. retry if the system allows no more threads.
[[nodiscard]] Result<Thread> start_thread(std::function<void()> work);

}  // namespace joulecast
