#include "serve/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace joulecast::serve {

Result<std::unique_ptr<WorkerPool>> WorkerPool::start(std::size_t threads, std::size_t most_waiting) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool(most_waiting));
  for (std::size_t i = 0; i < threads; ++i) {
    auto thread = start_thread([self = pool.get()] { self->work(); });
    if (!thread) return propagate(thread.error());
    pool->threads_.push_back(std::move(*thread));
  }
  return pool;
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::add(std::function<void()> job) {
  {
    const std::lock_guard guard(mutex_);
    if (jobs_.size() >= most_waiting_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::work() {
  yield_to_others();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

void yield_to_others() {
  constexpr int niceness = 5;
  // On Linux this is the calling thread's own. Where it is refused, the thread stays as it is.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness));
}

}  // namespace joulecast::serve
