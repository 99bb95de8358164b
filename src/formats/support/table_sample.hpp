// The beginning of a table, held so that its rows can be compared: which of them are of one series, and which
// columns add up to which. Internal to the module.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {

struct TableSample {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< those that have a cell for each heading

  [[nodiscard]] std::vector<std::string_view> headings() const { return {header.begin(), header.end()}; }
};

/// Whole lines in plain form (dialect.hpp), the first of which is the heading.
[[nodiscard]] TableSample sample_of_table(std::string_view text);

/// The headings, each with the unit of power that its cells have where it names none: "GPU 0 (W)".
[[nodiscard]] std::vector<std::string> headings_with_units(const TableSample& sample);

/// A number of a cell in watts or joules by its own or the column's unit; NaN if it has none.
[[nodiscard]] double value_in(std::string_view cell, const Meaning& meaning);

}  // namespace joulecast::formats
