// Answers and tables of `query` as text, CSV and JSON. docs/query.md describes them.
#pragma once

#include <string>
#include <vector>

#include "store/sql_question.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const store::SqlAnswer& answer);
/// An unknown value is an empty cell.
[[nodiscard]] std::string to_csv(const store::SqlAnswer& answer);
/// {"columns": [name…], "rows": [{name: value…}…]}
[[nodiscard]] std::string to_json_text(const store::SqlAnswer& answer);

/// One line per table with its columns.
[[nodiscard]] std::string to_text(const std::vector<store::SqlTable>& tables);

}  // namespace joulecast::report
