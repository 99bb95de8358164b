// The running runs as they were at the last look, so that nobody who asks waits for the store.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "base/thread.hpp"
#include "session/runs/running_runs.hpp"

namespace joulecast::serve {

class RunsCache {
 public:
  using Tell = std::function<void(const std::string& line)>;
  /// Looks at once, and from then on this often, on a thread of its own. `tell` gets what keeps the store
  /// from answering, once each time that it changes. retry if there is no thread.
  [[nodiscard]] static Result<std::unique_ptr<RunsCache>> start(session::RunningRunsWatch watch,
                                                                Seconds every, Tell tell);
  ~RunsCache();
  RunsCache(const RunsCache&) = delete;
  RunsCache& operator=(const RunsCache&) = delete;

  /// Any thread, at any time. Empty before the first look has ended.
  [[nodiscard]] std::shared_ptr<const session::RunningRuns> now() const;

 private:
  RunsCache(session::RunningRunsWatch watch, Seconds every, Tell tell)
      : watch_(std::move(watch)), every_(every), tell_(std::move(tell)) {}
  void work();
  void keep(session::RunningRuns runs);

  session::RunningRunsWatch watch_;
  const Seconds every_;
  const Tell tell_;
  std::string trouble_;  ///< as it was told last
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::shared_ptr<const session::RunningRuns> runs_ = std::make_shared<session::RunningRuns>();
  Thread thread_;
};

}  // namespace joulecast::serve
