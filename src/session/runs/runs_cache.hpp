// The running runs as they were at the last look, so that nobody who asks waits for the store.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "base/thread.hpp"
#include "session/runs/running_runs.hpp"

namespace joulecast::session {

class RunsCache {
 public:
  struct Callbacks {
    /// Gets what keeps the store from answering, once each time that it changes.
    std::function<void(const std::string& line)> trouble = {};
    /// Gets what each look has found.
    std::function<void(const RunningRuns& runs)> looked = {};
    /// Whether to look every second: somebody watches.
    std::function<bool()> is_watched = {};
  };
  /// Looks at once, and from then on this often, on a thread of its own that calls the callbacks. A look that
  /// takes long makes the next ones rarer. retry if there is no thread.
  [[nodiscard]] static Result<std::unique_ptr<RunsCache>> start(RunningRunsWatch watch, Seconds every,
                                                                Callbacks callbacks);
  ~RunsCache();
  RunsCache(const RunsCache&) = delete;
  RunsCache& operator=(const RunsCache&) = delete;

  /// Any thread, at any time. Empty before the first look has ended.
  [[nodiscard]] std::shared_ptr<const RunningRuns> now() const;

 private:
  RunsCache(RunningRunsWatch watch, Seconds every, Callbacks callbacks)
      : watch_(std::move(watch)), every_(every), callbacks_(std::move(callbacks)) {}
  void work();
  void keep(RunningRuns runs);
  void look();
  /// Until the next look; false if it is to end.
  [[nodiscard]] bool rest(Seconds look_took);

  RunningRunsWatch watch_;
  const Seconds every_;
  const Callbacks callbacks_;
  std::string trouble_;  ///< as it was told last
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::shared_ptr<const RunningRuns> runs_ = std::make_shared<RunningRuns>();
  Thread thread_;
};

}  // namespace joulecast::session
