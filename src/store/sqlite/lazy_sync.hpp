// Brings a running run to the disk so that nothing waits for it. Internal to the store.
//
// A killed process loses nothing that it has committed: the kernel has it. Only a power cut needs a sync. So
// a running measurement commits without one, and a thread of its own syncs the write-ahead log now and then.
// The log stays when the run ends, and the kernel writes it within its usual 30 seconds.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Makes the connection commit without waiting for the disk. False if the file has no write-ahead log, as on
/// a network file system: a rollback journal protects the file only if it is synced.
bool commit_lazily(Database& database);

/// Call before each commit of such a connection. SQLite syncs the first frame of a log that begins anew over
/// old frames, because a power cut could otherwise mix both (its source, walWriteFrames). An empty log has no
/// old frames, so this sync is left out there.
[[nodiscard]] Status choose_sync(Database& database);

/// Syncs the log of a long run, and merges it into the file before it grows large.
class LazySync {
 public:
  explicit LazySync(std::filesystem::path store) : store_(std::move(store)) {}

  /// Starts a sync if the last one was begun some seconds ago and has ended.
  void after_commit();
  /// Merges a log that many short runs have made long, which takes a sync.
  void at_end() const;
  /// A sync may be changing the file now, or has changed it since the last call.
  [[nodiscard]] bool took_changes();

 private:
  struct State {
    std::atomic<bool> at_work = false;
    std::atomic<bool> changed = false;
  };
  using Moment = std::chrono::steady_clock::time_point;

  std::filesystem::path store_;
  bool first_ = true;  ///< the file itself and its folder's entry have not been synced yet
  Moment last_ = std::chrono::steady_clock::now();
  std::shared_ptr<State> state_ =
      std::make_shared<State>();  ///< shared with the thread, which may outlive this
};

}  // namespace joulecast::store::sqlite
