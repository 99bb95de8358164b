// What the store asks of an SQL database, whichever it is: queries with typed arguments, snapshots and
// transactions. SQLite and PostgreSQL implement it. Internal to the store.
//
// Statements are written once for both, in the SQL that both understand. Arguments are ? or ?1, ?2 … A table
// is named with a sign before it, which each database replaces by the name that it has there:
// - @tag is the table of tags, and so on;
// - @run is what the user may see of all runs, and is only read;
// - @own_run is the table of runs, and is only written. In PostgreSQL a user may write his own runs alone.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "store/block.hpp"

namespace joulecast::store::sql {

using Bytes = std::span<const std::uint8_t>;
/// An argument. std::monostate is NULL. Texts and bytes need only live until the call returns.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view, Bytes>;

inline Value value_of(std::int64_t value) {
  return value;
}
inline Value value_of(int value) {
  return std::int64_t{value};
}
inline Value value_of(bool value) {
  return std::int64_t{value};
}
inline Value value_of(double value) {
  return value;
}
inline Value value_of(std::string_view text) {
  return text;
}
inline Value value_of(const std::string& text) {
  return std::string_view(text);
}
inline Value value_of(const char* text) {
  return std::string_view(text);
}
inline Value value_of(Bytes bytes) {
  return bytes;
}
inline Value value_of(WallTime time) {
  return time.ns;
}
template <class Tag>
Value value_of(const Unit<Tag>& value) {
  return value.value();
}
template <class T>
Value value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Value();
}

/// A running query, as a database implements it. Columns count from 0; views live until the next row().
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool row() = 0;  ///< moves to the next row; false at the end or on failure
  [[nodiscard]] virtual Status status() const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;  ///< NULL is NaN, which is stored as NULL
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual Bytes bytes(int column) const = 0;
};

/// One query and its rows. After a failure row() returns false and status() holds the error, so that a loop
/// needs only one check.
class Query {
 public:
  explicit Query(std::unique_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}
  bool row() { return cursor_->row(); }
  [[nodiscard]] Status status() const { return cursor_->status(); }
  [[nodiscard]] bool is_null(int column) const { return cursor_->is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return cursor_->integer(column); }
  [[nodiscard]] double real(int column) const { return cursor_->real(column); }
  [[nodiscard]] std::string_view text(int column) const { return cursor_->text(column); }
  [[nodiscard]] Bytes bytes(int column) const { return cursor_->bytes(column); }
  [[nodiscard]] std::optional<double> optional_real(int column) const {
    return is_null(column) ? std::nullopt : std::optional{real(column)};
  }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional{integer(column)};
  }

 private:
  std::unique_ptr<Cursor> cursor_;
};

/// What a transaction locks.
enum class Lock {
  nothing,        ///< it only reads: a consistent state for several queries, without the writes in between
  at_once,        ///< what is read stays true until the commit (in PostgreSQL: of rows read for_update)
  where_written,  ///< SQLite: of several attached files those that are written, when they are
};

/// How a database says what SQL has no common words for.
struct Dialect {
  const char* name_matches;                    ///< a name and a pattern with * and ?
  std::string (*pattern)(const std::string&);  ///< such a pattern as the argument of name_matches
  const char* contains;                        ///< an operator: a text matches a LIKE pattern in any case
  const char* architecture;                    ///< the network's name in `info`
  const char* for_update;                      ///< at the end of a SELECT: nobody else changes the row
  bool is_server = false;  ///< elsewhere, so that what it can add up need not come here row by row
  /// One statement that stores a block, ?10, and its chunk, ?1 to ?9; nullptr if it takes two.
  const char* insert_chunk = nullptr;
  // Behind the table of runs: the index to take, for a database that would choose a worse one.
  const char* by_continued = "";
  const char* by_job = "";
  const char* by_text = "";
};

/// One connection, used by one thread at a time.
class Database {
 public:
  virtual ~Database() = default;

  /// A query with arguments. The statement may be kept under its address, so it must be a string literal.
  template <class... Args>
  [[nodiscard]] Query query(const char* sql, const Args&... args) {
    const std::array<Value, sizeof...(Args)> values{value_of(args)...};
    return Query(start(sql, values));
  }
  /// A query whose text is built at run time; it is not kept.
  [[nodiscard]] Query once(const std::string& sql, std::span<const Value> values = {}) {
    return Query(start_once(sql, values));
  }
  /// Runs one statement to completion.
  template <class... Args>
  Status run(const char* sql, const Args&... args) {
    auto statement = query(sql, args...);
    while (statement.row()) {
    }
    return statement.status();
  }

  /// Like run(), for a statement of a transaction whose answer nobody needs. A server may be sent it together
  /// with later ones; the failure is then that of a later call, at the latest of commit().
  template <class... Args>
  Status run_unanswered(const char* sql, const Args&... args) {
    const std::array<Value, sizeof...(Args)> values{value_of(args)...};
    return unanswered(sql, values);
  }

  [[nodiscard]] virtual Status begin(Lock lock) = 0;
  [[nodiscard]] virtual Status commit() = 0;
  virtual void roll_back() = 0;
  [[nodiscard]] virtual bool in_transaction() const = 0;
  [[nodiscard]] virtual std::int64_t changes() const = 0;  ///< rows that the last run() changed
  [[nodiscard]] virtual bool is_read_only() const = 0;
  [[nodiscard]] virtual const Dialect& dialect() const = 0;
  /// Readings of a running run that are kept beside the tables, as a journal row; empty if there are none.
  [[nodiscard]] virtual Buffer rows_beside(std::int64_t run) = 0;
  /// The store for display, without a password.
  [[nodiscard]] virtual const std::string& where() const = 0;

 protected:
  Database() = default;
  Database(Database&&) = default;
  Database& operator=(Database&&) = default;
  [[nodiscard]] virtual std::unique_ptr<Cursor> start(const char* sql, std::span<const Value> values) = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> start_once(const std::string& sql,
                                                           std::span<const Value> values) = 0;
  [[nodiscard]] virtual Status unanswered(const char* sql, std::span<const Value> values) {
    const auto rows = start(sql, values);
    while (rows->row()) {
    }
    return rows->status();
  }
};

/// Copies a statement with every @name replaced by what `name_of` returns for it.
[[nodiscard]] std::string with_names(std::string_view sql, std::string (*name_of)(std::string_view name));

/// A consistent state of the store for several queries: writes in between are not seen.
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
/// returns that failure. What ok() says of run() may be known later, when a statement is answered.
class Transaction {
 public:
  explicit Transaction(Database& database, Lock lock = Lock::at_once);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  template <class... Args>
  void run(const char* sql, const Args&... args) {
    if (status_) status_ = database_.run_unanswered(sql, args...);
  }
  /// Runs a statement and returns how many rows it has changed; 0 after a failure.
  template <class... Args>
  [[nodiscard]] std::int64_t change(const char* sql, const Args&... args) {
    if (status_) status_ = database_.run(sql, args...);
    return status_ ? database_.changes() : 0;
  }
  /// Runs an INSERT … RETURNING key; 0 after a failure.
  template <class... Args>
  [[nodiscard]] std::int64_t insert(const char* sql, const Args&... args) {
    if (!status_) return 0;
    auto row = database_.query(sql, args...);
    const auto key = row.row() ? row.integer(0) : 0;
    status_ = row.status();
    return key;
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

}  // namespace joulecast::store::sql
