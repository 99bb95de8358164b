// A CSV file of numbers with one header line, as in run bundles.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/support/damage.hpp"

namespace joulecast::formats {

struct NumericTable {
  std::vector<std::string> header;
  std::vector<double> cells;  ///< row by row; NaN = empty cell
  /// Line number of each row, from 1. 0 = rows were lost here, and the cells are NaN.
  std::vector<std::size_t> lines;

  [[nodiscard]] std::size_t rows() const { return lines.size(); }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return cells[row * header.size() + column];
  }
  /// Index of a column; header.size() if there is none.
  [[nodiscard]] std::size_t find(std::string_view column) const;
};

/// Parses the text of `file`. malformed if there is no header or a column name is repeated. A line with a
/// wrong number of cells, or with a cell that is not a finite number, is reported to `damage`.
[[nodiscard]] Result<NumericTable> read_numeric_table(std::string_view text, std::string_view file,
                                                      Damage& damage);

}  // namespace joulecast::formats
