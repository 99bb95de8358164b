#include "formats/support/numeric_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/line_reader.hpp"

namespace joulecast::formats {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// Appends one row's cells, or says what is wrong with the line.
std::string read_row(const char* p, const char* end, std::size_t columns, std::vector<double>& cells) {
  std::size_t found = 0;
  for (;; ++p) {
    while (p != end && is_blank(*p)) ++p;
    double value = missing;
    if (p != end && *p != ',') {
      const char* const cell = p;
      p = read_number(p, end, value);
      if (p != nullptr)
        while (p != end && is_blank(*p)) ++p;
      if (p == nullptr || (p != end && *p != ',')) {
        const std::string_view text(cell, std::find(cell, end, ',') - cell);
        return fmt::format("\"{}\" is not a number", trim(text).substr(0, 40));
      }
    }
    if (found++ < columns) cells.push_back(value);
    if (p == end) break;
  }
  return found == columns ? "" : fmt::format("{} cells under a header of {}", found, columns);
}

}  // namespace

std::size_t NumericTable::find(std::string_view column) const {
  return static_cast<std::size_t>(std::ranges::find(header, column) - header.begin());
}

Result<NumericTable> read_numeric_table(std::string_view text, std::string_view file, Damage& damage) {
  NumericTable table;
  text = without_byte_order_mark(text);
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto length = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (trim(line).empty()) continue;
    if (table.header.empty()) {
      for (const auto name : split(line, ',')) {
        if (table.find(trim(name)) != table.header.size())
          return fail(ErrorKind::malformed, place(file, number), "column {} stands there twice", trim(name));
        table.header.emplace_back(trim(name));
      }
      continue;
    }
    const auto kept = table.cells.size();
    auto reason = read_row(line.data(), line.data() + line.size(), table.header.size(), table.cells);
    auto row_line = number;
    if (!reason.empty()) {
      if (auto ok = damage.at(file, number, std::move(reason)); !ok) return propagate(ok.error());
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
