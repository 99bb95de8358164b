// Locks that also hold against another copy of SQLite in this process, as Python's own module beside that of
// a wheel. Internal to the store.
//
// SQLite's locks belong to the process. They keep no other copy of SQLite in it away, and are gone as soon as
// that copy closes the file, so that it takes itself for the last user of a store, merges the log and removes
// it while a run is written there. Locks of an open file description (F_OFD_SETLK) hold for everybody, and
// until that description is closed. Here the index of the log (runs.db-shm) is locked by such locks, and so
// is the file itself as a user's, beside SQLite's own locks.
//
// What remains: when the last connection of this copy closes a file, the other copy's locks on it are gone.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

namespace joulecast::store::sqlite {

/// Call before a store is opened.
void prepare_own_locks();
/// The index that this connection will open is locked by description. Other users of this SQLite library are
/// left alone.
void lock_index_by_description(sqlite3* connection);
/// Call in the child after a fork: a description is inherited, and what it locks would stay locked for as
/// long as the child lives.
void leave_own_locks_to_parent();

/// Marks a store as used, for one connection to it.
class UserMark {
 public:
  /// Call before the connection is opened; marks nothing yet.
  explicit UserMark(const std::string& path);
  ~UserMark();
  UserMark(const UserMark&) = delete;
  UserMark& operator=(const UserMark&) = delete;

  /// From now on nobody else is the last user of the store, if it has a log; waits for the one who is at this
  /// moment. For other stores it would hold off writers, this process's own too. Call before SQLite reads it.
  void set();
  /// Before the connection is closed, which may be the last one.
  void lift();

  struct Store;

 private:
  [[nodiscard]] int descriptor() const;
  std::string path_;
  std::shared_ptr<Store> store_;  ///< nothing if there is no file
  bool counted_ = false;
};

}  // namespace joulecast::store::sqlite
