// How a program has written the cells of a CSV log, and the same log in plain form.
#pragma once

#include <string>
#include <string_view>

#include "formats/support/line_prefix.hpp"

namespace joulecast::formats {

/// What a comma in a number stands for, by all numbers of the table: "45,123" alone may mean either.
enum class CommaIn { not_known, decimals, thousands };

/// Plain form: commas between cells, points in numbers, quotes only where a cell needs them.
struct Dialect {
  char separator = ',';
  bool quoted = false;            ///< cells in quotes that do not need them
  bool comma_in_seconds = false;  ///< "10:00:00,123456789+00:00" without quotes, as date --iso-8601=ns writes
  LinePrefix prefix = LinePrefix::none;  ///< is left out
  CommaIn comma = CommaIn::not_known;    ///< in a number: "200,5" in quotes, though commas separate cells
  /// Whether the cells are not separated by commas alone.
  [[nodiscard]] bool of_cells() const { return separator != ',' || quoted || comma == CommaIn::decimals; }
  [[nodiscard]] bool plain() const { return !of_cells() && !comma_in_seconds && prefix == LinePrefix::none; }
};

/// The dialect of a text that begins with a table's header or first row, behind a prefix that is known.
[[nodiscard]] Dialect dialect_of(std::string_view head, LinePrefix prefix = LinePrefix::none);

/// Whole lines in plain form, as many as before. A comma before decimals becomes a point, and what
/// stands between thousands then ("200.000,5", "1 200,5") is left out. Between bars ("| a | b |") the
/// first and the last bar separate nothing, and rulers become empty lines.
[[nodiscard]] std::string in_plain_form(std::string_view lines, const Dialect& dialect);

}  // namespace joulecast::formats
