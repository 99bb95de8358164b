// The answer to a SQL statement, and the views that there are.
#pragma once

#include <span>
#include <string>

#include "store/sql_query.hpp"

namespace joulecast::report {

/// A table for people: numbers to six digits, long texts cut, NULL left empty.
[[nodiscard]] std::string to_text(const store::SqlTable& table);
/// Numbers in full, NULL as an empty cell.
[[nodiscard]] std::string to_csv(const store::SqlTable& table);
/// {"columns": [...], "rows": [{"run": ..., ...}], "truncated": false, "notes": []}
[[nodiscard]] std::string to_json_text(const store::SqlTable& table);

/// What the user should know beside the table, one line each: that it was cut, which runs are not in it.
[[nodiscard]] std::vector<std::string> remarks(const store::SqlTable& table);

[[nodiscard]] std::string to_text(std::span<const store::SqlView> views);
/// {"views": [{"name": "runs", "meaning": ..., "columns": [{"name", "type", "unit", "meaning"}]}]}
[[nodiscard]] std::string to_json_text(std::span<const store::SqlView> views);

}  // namespace joulecast::report
