// Some threads that do jobs in the order in which they come.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "base/thread.hpp"

namespace joulecast::serve {

class WorkerPool {
 public:
  /// retry where the system allows no more threads.
  [[nodiscard]] static Result<std::unique_ptr<WorkerPool>> start(std::size_t threads,
                                                                 std::size_t most_waiting);
  /// Ends after the jobs that have begun; the others are dropped.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False if too many jobs wait already.
  [[nodiscard]] bool add(std::function<void()> job);

 private:
  explicit WorkerPool(std::size_t most_waiting) : most_waiting_(most_waiting) {}
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stop_ = false;
  std::vector<Thread> threads_;
};

/// Lets other threads of the machine go first, a training's before all: for the calling thread.
void yield_to_others();

}  // namespace joulecast::serve
