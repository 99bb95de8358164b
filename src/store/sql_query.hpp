// Read-only SQL over a store: the views that a statement may read, the request, and the answer. The tables
// behind the views are the store's own business and may change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/units.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// std::monostate is NULL: unknown, or nothing.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

/// Texts as a JSON list, and numbers by name as a JSON object, which SQL's json_each() takes apart. NaN is
/// null.
[[nodiscard]] SqlValue sql_list(const std::vector<std::string>& texts);
[[nodiscard]] SqlValue sql_object(const std::map<std::string, double>& numbers);

enum class SqlType { text, integer, real };
[[nodiscard]] std::string_view name_of(SqlType type);

struct SqlColumn {
  std::string name;
  SqlType type = SqlType::text;
  std::string unit = {};  ///< "J", "s", "W" …; "" = none
  std::string meaning = {};
};

struct SqlView {
  std::string name;
  std::string meaning;
  std::vector<SqlColumn> columns;
};

/// A view whose rows are computed from one run at a time, from its summary (RunStore::summary). Its first
/// column is the run's id: a statement that asks for one run reads only that one.
struct ComputedView {
  SqlView view;
  std::function<std::vector<SqlRow>(const trace::Run& run)> rows;
};

/// The views over what a store keeps as it is.
[[nodiscard]] std::vector<SqlView> stored_views();

struct SqlRequest {
  std::string sql;           ///< one SELECT (or VALUES, or WITH … SELECT) over the views
  std::size_t limit = 1000;  ///< return at most this many rows
  Seconds time_limit{60};    ///< give up after this long
};

struct SqlTable {
  std::vector<std::string> columns;  ///< unique: the second "run" is "run_2"
  std::vector<SqlRow> rows;
  bool truncated = false;          ///< there were more rows than the limit
  std::vector<std::string> notes;  ///< runs that are left out because their samples are damaged
};

}  // namespace joulecast::store
