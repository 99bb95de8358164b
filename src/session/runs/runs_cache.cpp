#include "session/runs/runs_cache.hpp"

#include <chrono>

#include "base/failure.hpp"

namespace joulecast::session {

Result<std::unique_ptr<RunsCache>> RunsCache::start(RunningRunsWatch watch, Seconds every,
                                                    Callbacks callbacks) {
  std::unique_ptr<RunsCache> cache(new RunsCache(std::move(watch), every, std::move(callbacks)));
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

std::shared_ptr<const RunningRuns> RunsCache::now() const {
  const std::lock_guard guard(mutex_);
  return runs_;
}

void RunsCache::keep(RunningRuns runs) {
  if (runs.trouble != trouble_) {
    trouble_ = runs.trouble;
    if (!trouble_.empty() && callbacks_.trouble)
      callbacks_.trouble(trouble_ + "; running runs are not shown");
  }
  if (callbacks_.looked) callbacks_.looked(runs);
  auto kept = std::make_shared<const RunningRuns>(std::move(runs));
  const std::lock_guard guard(mutex_);
  runs_ = std::move(kept);
}

void RunsCache::look() {
  if (const auto why = failure_of([this] { keep(watch_.look()); })) {
    RunningRuns none;
    none.store_answers = false;
    none.trouble = *why;
    static_cast<void>(failure_of([&] { keep(std::move(none)); }));
  }
}

bool RunsCache::rest(Seconds look_took) {
  constexpr std::chrono::seconds step{1};
  constexpr double share = 20;  // of the time at most may go into looking
  const auto rested_since = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (true) {
    if (stopping_.wait_for(lock, step, [this] { return stop_; })) return false;
    const Seconds rested{
        std::chrono::duration<double>(std::chrono::steady_clock::now() - rested_since).count()};
    const bool due = rested >= every_ || (callbacks_.is_watched && callbacks_.is_watched());
    if (due && rested >= look_took * share) return true;
  }
}

void RunsCache::work() {
  while (true) {
    const auto began = std::chrono::steady_clock::now();
    look();
    if (!rest(Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()}))
      return;
  }
}

}  // namespace joulecast::session
