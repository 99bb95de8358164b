// How a program has written the cells of a CSV log, and the same log in plain form.
#pragma once

#include <string>
#include <string_view>

#include "formats/support/line_prefix.hpp"

namespace joulecast::formats {

/// Plain form: commas between cells, points in numbers, quotes only where a cell needs them.
struct Dialect {
  char separator = ',';
  bool quoted = false;            ///< cells in quotes that do not need them
  bool comma_in_seconds = false;  ///< "10:00:00,123456789+00:00" without quotes, as date --iso-8601=ns writes
  LinePrefix prefix = LinePrefix::none;  ///< is left out
  bool decimal_comma = false;            ///< "200,5" in quotes, though commas separate the cells
  /// Whether the cells are not separated by commas alone.
  [[nodiscard]] bool of_cells() const { return separator != ',' || quoted || decimal_comma; }
  [[nodiscard]] bool plain() const { return !of_cells() && !comma_in_seconds && prefix == LinePrefix::none; }
};

/// The dialect of a text that begins with a table's header or first row, behind a prefix that is known.
[[nodiscard]] Dialect dialect_of(std::string_view head, LinePrefix prefix = LinePrefix::none);

/// Whole lines in plain form, as many as before. Where the separator is not a comma, a comma inside a number
/// becomes a point, and points between thousands ("200.000,5") are left out. Between bars ("| a | b |") the
/// first and the last bar separate nothing, and rulers become empty lines.
[[nodiscard]] std::string in_plain_form(std::string_view lines, const Dialect& dialect);

}  // namespace joulecast::formats
