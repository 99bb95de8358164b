// How a program has written the cells of a CSV log, and the same log in plain form.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::formats {

/// Plain form: commas between cells, points in numbers, quotes only where a cell needs them.
struct Dialect {
  char separator = ',';
  bool quoted = false;            ///< cells in quotes that do not need them
  bool comma_in_seconds = false;  ///< "10:00:00,123456789+00:00" without quotes, as date --iso-8601=ns writes
  [[nodiscard]] bool plain() const { return separator == ',' && !quoted && !comma_in_seconds; }
};

/// The dialect of a text that begins with a table's header or first row.
[[nodiscard]] Dialect dialect_of(std::string_view head);

/// Whole lines in plain form, as many as before. Where the separator is not a comma, a comma inside a number
/// becomes a point.
[[nodiscard]] std::string in_plain_form(std::string_view lines, const Dialect& dialect);

}  // namespace joulecast::formats
