#include "serve/runs_cache.hpp"

#include <chrono>

#include "base/failure.hpp"

namespace joulecast::serve {

Result<std::unique_ptr<RunsCache>> RunsCache::start(session::RunningRunsWatch watch, Seconds every,
                                                    Tell tell) {
  std::unique_ptr<RunsCache> cache(new RunsCache(std::move(watch), every, std::move(tell)));
  auto thread = start_thread([self = cache.get()] { self->work(); });
  if (!thread) return propagate(thread.error());
  cache->thread_ = std::move(*thread);
  return cache;
}

RunsCache::~RunsCache() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const session::RunningRuns> RunsCache::now() const {
  const std::lock_guard guard(mutex_);
  return runs_;
}

void RunsCache::keep(session::RunningRuns runs) {
  if (runs.trouble != trouble_) {
    trouble_ = runs.trouble;
    if (!trouble_.empty()) tell_(trouble_ + "; running runs are not shown");
  }
  auto kept = std::make_shared<const session::RunningRuns>(std::move(runs));
  const std::lock_guard guard(mutex_);
  runs_ = std::move(kept);
}

void RunsCache::work() {
  const auto every = std::chrono::duration<double>(every_.value());
  while (true) {
    if (const auto why = failure_of([this] { keep(watch_.look()); })) {
      session::RunningRuns none;
      none.store_answers = false;
      none.trouble = *why;
      static_cast<void>(failure_of([&] { keep(std::move(none)); }));
    }
    std::unique_lock lock(mutex_);
    if (stopping_.wait_for(lock, every, [this] { return stop_; })) return;
  }
}

}  // namespace joulecast::serve
