// A question in SQL over tables in memory. The tables do not depend on how runs are stored, so a question
// stays valid with every store and schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace joulecast::store {

/// NULL, INTEGER, REAL or TEXT.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;

struct SqlTable {
  std::string name;
  std::vector<std::string> columns;
};

struct SqlAnswer {
  std::vector<std::string> columns;  ///< as the question names them; a second of a name gets "_2"
  std::vector<std::vector<SqlValue>> rows;
};

class SqlQuestion {
 public:
  /// Understands the question; the tables are empty. One SELECT alone is allowed, and nothing that writes or
  /// opens a file. invalid, with SQLite's reason, for anything else.
  [[nodiscard]] static Result<SqlQuestion> prepare(const std::vector<SqlTable>& tables,
                                                   const std::string& sql);
  SqlQuestion(SqlQuestion&&) noexcept;
  SqlQuestion& operator=(SqlQuestion&&) noexcept;
  ~SqlQuestion();

  /// Whether the question needs this table, or this column of it. What it does not need may stay empty.
  [[nodiscard]] bool reads(std::string_view table) const;
  [[nodiscard]] bool reads(std::string_view table, std::string_view column) const;

  /// One value for each of the table's columns.
  [[nodiscard]] Status add(std::string_view table, const std::vector<SqlValue>& row);
  /// invalid for an answer of more than a million rows, and for what SQLite finds out only now.
  [[nodiscard]] Result<SqlAnswer> answer();

 private:
  struct State;
  explicit SqlQuestion(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::store
