// A CSV file of numbers under one header line, as run bundles hold them.
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
  std::vector<double> cells;  ///< row by row; NaN = an empty cell
  /// Line number of each row, from 1; 0 = rows were lost here (the cells are NaN)
  std::vector<std::size_t> lines;

  [[nodiscard]] std::size_t rows() const { return lines.size(); }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return cells[row * header.size() + column];
  }
  /// Position of a column; header.size() where there is none.
  [[nodiscard]] std::size_t find(std::string_view column) const;
};

/// Reads the text of `file`. malformed: no header, a column named twice; by line: a wrong number of cells, a
/// cell that is not a finite number (both go through `damage`).
[[nodiscard]] Result<NumericTable> read_numeric_table(std::string_view text, std::string_view file,
                                                      Damage& damage);

}  // namespace joulecast::formats
