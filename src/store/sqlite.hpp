// SQLite's C API with owners, Result and typed arguments. Internal to the store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace joulecast::store {

using Bytes = std::span<const std::uint8_t>;

/// One query and its rows. After a failure row() is false and status() says why, so that loops need one
/// check.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement, std::string where, bool owned);
  Query(Query&&) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Argument by its number, from 1.
  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, Bytes value);
  void bind(int index, std::nullptr_t);
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, WallTime time) { bind(index, time.ns); }
  template <class Tag>
  void bind(int index, const Unit<Tag>& value) {
    bind(index, value.value());
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      bind(index, nullptr);
  }

  bool row();  ///< moves to the next row; false at the end or on failure
  [[nodiscard]] Status status() const;

  /// Columns of the current row, from 0. The views live until the next row().
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;  ///< NULL is NaN: SQLite has no other way to keep one
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] Bytes bytes(int column) const;
  [[nodiscard]] std::optional<double> optional_real(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

 private:
  void check(int code);
  sqlite3* database_;
  sqlite3_stmt* statement_;
  std::string where_;
  bool owned_;
  std::optional<Error> error_;
};

enum class FileMode {
  immutable,   ///< a file in a place where nothing may be written, not even SQLite's own files beside it
  read_write,  ///< reads only, where the file allows no more
  create,
};

/// One connection, used by one thread at a time.
class Database {
 public:
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, FileMode mode,
                                             Seconds busy_timeout);

  /// A query with its arguments bound. The statement is kept for the next use of the same text (a string
  /// literal).
  template <class... Args>
  [[nodiscard]] Query query(const char* sql, const Args&... args) {
    auto query = prepare(sql);
    int index = 0;
    (query.bind(++index, args), ...);
    return query;
  }
  /// Runs one statement to its end.
  template <class... Args>
  Status run(const char* sql, const Args&... args) {
    auto statement = query(sql, args...);
    while (statement.row()) {
    }
    return statement.status();
  }
  /// Several statements without arguments, separated by semicolons.
  [[nodiscard]] Status script(const char* sql);
  /// The first column of the first row, where there is one.
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(const char* sql);
  [[nodiscard]] std::int64_t last_row_key() const;
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] bool is_read_only() const;
  void set_busy_timeout(Seconds timeout);
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database(sqlite3* handle, std::string where);
  [[nodiscard]] Query prepare(const char* sql);

  std::string where_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>>
      prepared_;  // finalised before handle_
};

/// One state of the file for several queries: a writer at work in between is not seen.
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

/// All or nothing. After the first failure run() does nothing more; commit() returns that failure and has
/// rolled back.
class Transaction {
 public:
  explicit Transaction(Database& database);
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
  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] Status commit();

 private:
  Database& database_;
  Status status_;
  bool open_ = false;
};

}  // namespace joulecast::store
