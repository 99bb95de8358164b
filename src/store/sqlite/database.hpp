// A connection to SQLite, and its transactions. Internal to the store.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/patience.hpp"
#include "store/sqlite/own_locks.hpp"
#include "store/sqlite/query.hpp"

namespace joulecast::store::sqlite {

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
class Database {
 public:
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, FileMode mode,
                                             Seconds busy_timeout,
                                             std::shared_ptr<const Patience> patience = {});

  /// Copies another database into a temporary file that is deleted with the connection.
  [[nodiscard]] static Result<Database> copy_of(Database& source);
  /// Forbids all further writes.
  [[nodiscard]] Status freeze();

  /// A query with bound arguments. The statement is cached under its text, which must be a string literal.
  template <class... Args>
  [[nodiscard]] Query query(const char* sql, const Args&... args) {
    auto query = prepare(sql);
    int index = 0;
    (query.bind(++index, args), ...);
    return query;
  }
  /// A query whose text is built at run time; it is not cached.
  [[nodiscard]] Query once(const std::string& sql);
  /// Runs one statement to completion.
  template <class... Args>
  Status run(const char* sql, const Args&... args) {
    auto statement = query(sql, args...);
    while (statement.row()) {
    }
    return statement.status();
  }
  /// Several statements without arguments, separated by semicolons.
  [[nodiscard]] Status script(const char* sql);
  /// The first column of the first row, if there is a row.
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(const char* sql);
  /// Ends the transaction, also where nothing else may be done any more (check_index).
  void roll_back();
  /// Before the end of its life. Only another database may be assigned afterwards.
  void close();
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] std::int64_t last_row_key() const;
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] bool is_read_only() const;
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
  [[nodiscard]] const std::string& where() const { return where_; }

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
  [[nodiscard]] Query prepare(const char* sql);

  std::string where_;
  bool frozen_ = false;
  std::optional<Sync> sync_;          ///< nothing = SQLite's default
  std::unique_ptr<Waiting> waiting_;  // SQLite knows its address
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>>
      prepared_;  // must be finalised before handle_ is closed
};

/// A consistent state of the file for several queries: writes in between are not seen.
class Snapshot {
 public:
  explicit Snapshot(Database& database);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
  bool open_;
};

/// An atomic transaction. After the first failure run() does nothing more, and commit() rolls back and
/// returns that failure.
class Transaction {
 public:
  enum class Lock {
    at_once,        ///< of every attached file, so that what is read stays true until the commit
    where_written,  ///< of the files that are written, when they are
  };
  explicit Transaction(Database& database, Lock lock = Lock::at_once);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  template <class... Args>
  void run(const char* sql, const Args&... args) {
    if (status_) status_ = database_.run(sql, args...);
  }
  void require(const Status& status) {
    if (status_) status_ = status;
  }
  [[nodiscard]] bool ok() const { return status_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] Status commit();

 private:
  Database& database_;
  Status status_;
  bool open_ = false;
};

}  // namespace joulecast::store::sqlite
