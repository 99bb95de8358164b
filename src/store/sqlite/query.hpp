// A wrapper of SQLite's C API for one query, with typed arguments and Result. Internal to the store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace joulecast::store::sqlite {

using Bytes = std::span<const std::uint8_t>;

/// One query and its rows. After a failure row() returns false and status() holds the error, so that a loop
/// needs only one check.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement, std::string where, bool owned);
  Query(Query&&) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Binds an argument by its number, from 1.
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
  [[nodiscard]] double real(int column) const;  ///< NULL is read as NaN, because SQLite stores NaN as NULL
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] Bytes bytes(int column) const;
  [[nodiscard]] std::optional<double> optional_real(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

 private:
  void check(int code);
  void require(const Status& status);
  sqlite3* database_;
  sqlite3_stmt* statement_;
  std::string where_;
  bool owned_;
  std::optional<Error> error_;
};

/// An error in one line that tells the user what to do, with a kind that tells the program whether to try
/// again.
[[nodiscard]] Error describe(sqlite3* database, int code, const std::string& where);

}  // namespace joulecast::store::sqlite
