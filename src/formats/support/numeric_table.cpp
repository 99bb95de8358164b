#include "formats/support/numeric_table.hpp"

#include <algorithm>
#include <limits>

#include "base/csv_scanner.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Appends a row's numbers, or returns what is wrong with the line.
std::string take_row(const CsvRow& row, std::size_t columns, std::vector<double>& cells) {
  for (const auto cell : row.cells) {
    double value = missing;
    const char* const end = cell.data() + cell.size();
    if (!cell.empty() && read_number(cell.data(), end, value) != end)
      return fmt::format("\"{}\" is not a number", cell.substr(0, 40));
    cells.push_back(value);
  }
  if (row.fault != CsvFault::none) return "a quote is not closed";
  return row.cells.size() == columns
             ? ""
             : fmt::format("{} cells under a header of {}", row.cells.size(), columns);
}

}  // namespace

std::size_t NumericTable::find(std::string_view column) const {
  return static_cast<std::size_t>(std::ranges::find(header, column) - header.begin());
}

Result<NumericTable> read_numeric_table(std::string_view text, std::string_view file, Damage& damage) {
  NumericTable table;
  CsvScanner scanner(text, csv_of_logs);
  for (CsvRow row; scanner.next(row);) {
    if (table.header.empty()) {
      for (const auto name : row.cells) {
        if (table.find(name) != table.header.size())
          return fail(ErrorKind::malformed, place(file, row.line), "column {} stands there twice", name);
        table.header.emplace_back(name);
      }
      continue;
    }
    const auto kept = table.cells.size();
    auto reason = take_row(row, table.header.size(), table.cells);
    auto row_line = row.line;
    if (!reason.empty()) {
      if (auto ok = damage.at(file, row.line, std::move(reason)); !ok) return propagate(ok.error());
      table.cells.resize(kept);
      table.cells.resize(kept + table.header.size(), missing);
      row_line = 0;
    }
    table.lines.push_back(row_line);
  }
  if (table.header.empty()) return fail(ErrorKind::malformed, std::string(file), "empty, not even a header");
  return table;
}

}  // namespace joulecast::formats
