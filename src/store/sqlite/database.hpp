// A connection to SQLite. Internal to the store.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/patience.hpp"
#include "store/sql/database.hpp"
#include "store/sqlite/cursor.hpp"
#include "store/sqlite/own_locks.hpp"

namespace joulecast::store::sqlite {

using sql::Bytes;
using sql::Lock;
using sql::Query;
using sql::Snapshot;
using sql::Transaction;

enum class FileMode {
  immutable,   ///< for a file in a read-only place, where SQLite cannot even create its own files beside it
  read_only,   ///< SQLite may still make its log and its index beside the file, as every reader does
  read_write,  ///< becomes read-only if the file does not allow writing
  create,
};

/// What a connection waits for. Values of PRAGMA synchronous in SQLite's documentation: OFF, NORMAL, FULL.
enum class Sync {
  never,
  log_restart,  ///< when the write-ahead log begins anew, and when it is merged into the file
  commit,       ///< a commit is on the disk when it returns
};

/// One connection, used by one thread at a time.
class Database final : public sql::Database {
 public:
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, FileMode mode,
                                             Seconds busy_timeout,
                                             std::shared_ptr<const Patience> patience = {});

  /// Copies another database into a temporary file that is deleted with the connection.
  [[nodiscard]] static Result<Database> copy_of(Database& source);
  /// Forbids all further writes.
  [[nodiscard]] Status freeze();

  /// Several statements without arguments, separated by semicolons.
  [[nodiscard]] Status script(const char* sql);
  /// The first column of the first row, if there is a row.
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(const char* sql);
  [[nodiscard]] Status begin(sql::Lock lock) override;
  [[nodiscard]] Status commit() override;
  /// Also where nothing else may be done any more (check_index).
  void roll_back() override;
  /// Before the end of its life. Only another database may be assigned afterwards.
  void close();
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] std::int64_t changes() const override;
  [[nodiscard]] bool in_transaction() const override;
  [[nodiscard]] bool is_read_only() const override;
  [[nodiscard]] const sql::Dialect& dialect() const override;
  [[nodiscard]] Buffer rows_beside(std::int64_t run) override;
  /// A write-ahead log, once something has been read.
  [[nodiscard]] bool has_log();
  /// How long a statement waits for other programs, unless the connection's patience is over before.
  void set_busy_timeout(Seconds timeout) { waiting_->timeout = timeout; }
  [[nodiscard]] Status set_sync(Sync sync);
  /// Commits and the last connection's close leave the write-ahead log as it is.
  void keep_log_on_close();
  /// No other copy of SQLite in this process takes the store's log away, if it has one (own_locks.hpp). Call
  /// before it is read, and after it has got a log.
  void keep_log_from_copies();
  /// For what this class does not wrap.
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[nodiscard]] const std::string& where() const override { return where_; }

 private:
  struct Close {
    std::unique_ptr<UserMark> mark;
    void operator()(sqlite3* database);
  };
  struct Waiting {
    Seconds timeout;
    std::shared_ptr<const Patience> patience;
    std::chrono::steady_clock::time_point since;
  };
  /// SQLite calls it when a lock is held by another program, with the number of calls before for the same
  /// lock. Returns whether to try again.
  static int wait(void* waiting, int calls_before);
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database(sqlite3* handle, std::string where);
  [[nodiscard]] static Database owner_of(sqlite3* handle, std::string where, Seconds busy_timeout,
                                         std::shared_ptr<const Patience> patience = {});
  [[nodiscard]] std::unique_ptr<sql::Cursor> start(const char* sql,
                                                   std::span<const sql::Value> values) override;
  [[nodiscard]] std::unique_ptr<sql::Cursor> start_once(const std::string& sql,
                                                        std::span<const sql::Value> values) override;

  std::string where_;
  bool frozen_ = false;
  std::optional<Sync> sync_;          ///< nothing = SQLite's default
  std::unique_ptr<Waiting> waiting_;  // SQLite knows its address
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>>
      prepared_;  // must be finalised before handle_ is closed
};

}  // namespace joulecast::store::sqlite
