// A wrapper of SQLite's C API for one query, with typed arguments and Result. Internal to the store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/sql/database.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace joulecast::store::sqlite {

class Cursor final : public sql::Cursor {
 public:
  Cursor(sqlite3* database, sqlite3_stmt* statement, std::string where, bool owned,
         std::span<const sql::Value> values);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor() override;

  bool row() override;
  [[nodiscard]] Status status() const override;
  [[nodiscard]] bool is_null(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] double real(int column) const override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] sql::Bytes bytes(int column) const override;

 private:
  void bind(int index, const sql::Value& value);
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
