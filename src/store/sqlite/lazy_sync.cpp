#include "store/sqlite/lazy_sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/thread.hpp"

namespace joulecast::store::sqlite {
namespace fs = std::filesystem;
namespace {

/// With the time that a sync takes, a power cut loses less than 10 s of a running measurement.
constexpr std::chrono::milliseconds sync_every{6500};  // commits of readings alone come every 7 s
/// A long log makes opening the store slow, because the first to open it reads it: 1 ms per megabyte.
constexpr std::uintmax_t long_log = 1u << 20;
/// Some 30 short runs. Only the last of them waits for the disk.
constexpr std::uintmax_t longest_log = 2u << 20;

fs::path log_of(const fs::path& store) {
  return store.string() + "-wal";
}

std::uintmax_t log_size(const fs::path& store) {
  std::error_code error;
  const auto size = fs::file_size(log_of(store), error);
  return error ? 0 : size;
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (file) (void)::fdatasync(file.get());
}

/// PASSIVE does the slow part while others may write; TRUNCATE then has little left to do.
void merge_log(const fs::path& store) {
  constexpr Seconds no_waiting{0};
  auto database = Database::open(store, FileMode::read_write, no_waiting);
  if (!database) return;
  database->keep_log_on_close();
  (void)database->script("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)");
  (void)database->script("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

bool commit_lazily(Database& database) {
  if (!database.has_log()) return false;
  database.keep_log_on_close();
  return true;
}

Status choose_sync(Database& database) {
  return database.set_sync(log_size(database.where()) == 0 ? Sync::never : Sync::log_restart);
}

void LazySync::after_commit() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < sync_every || state_->at_work.exchange(true)) return;
  auto thread = start_thread([state = state_, store = store_, first = first_] {
    if (first) sync_path(store.has_parent_path() ? store.parent_path() : fs::path("."), O_DIRECTORY);
    if (first || log_size(store) > long_log) {
      state->changed = true;
      merge_log(store);
    } else {
      sync_path(log_of(store), 0);
    }
    state->at_work = false;
  });
  if (!thread) {
    state_->at_work = false;  // the next commit tries again
    return;
  }
  thread->detach();
  first_ = false;
  last_ = now;
}

void LazySync::at_end() const {
  if (log_size(store_) > longest_log) merge_log(store_);
}

bool LazySync::took_changes() {
  return state_->at_work || state_->changed.exchange(false);
}

}  // namespace joulecast::store::sqlite
