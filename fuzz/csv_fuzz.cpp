// Arbitrary bytes as CSV text in every style. The scan must end, line numbers must rise, and cells must lie
// within the text. A table that was read must be written and read back unchanged, except for
// the apostrophe before what a spreadsheet would compute.
#include <cstdint>
#include <cstdlib>
#include <functional>

#include "base/csv.hpp"

namespace {

using namespace joulecast;

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(std::string_view cell, std::string_view text) {
  const std::less_equal<const char*> not_after;
  return not_after(text.data(), cell.data()) &&
         not_after(cell.data() + cell.size(), text.data() + text.size());
}

void scan(std::string_view text, CsvStyle style) {
  CsvScanner scanner(text, style);
  std::size_t line = 0;
  for (CsvRow row; scanner.next(row);) {
    require(row.line > line && !row.cells.empty());
    line = row.line;
    require(row.fault == CsvFault::none || row.fault_line >= row.line);
    std::size_t outside = 0;
    for (const auto cell : row.cells) outside += lies_in(cell, text) ? 0 : 1;
    require(outside <= row.rewritten.size());
  }
}

/// The same text, or marked as text because a spreadsheet would compute it.
bool is_copy(std::string_view copy, std::string_view cell) {
  if (copy == cell) return true;
  const auto first = cell.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("=+-@").find(cell[first]) != std::string_view::npos && copy.starts_with('\'') &&
         copy.substr(1) == cell;
}

/// The text follows a byte order mark, so that a mark in the first cell is kept.
std::string written(const CsvTable& table) {
  std::string text = "\xEF\xBB\xBF";
  const auto put = [&](std::size_t column, std::string_view cell) {
    text += column > 0 ? "," : "";
    text += cell.empty() && table.columns().size() == 1 ? "\"\"" : csv_cell(cell);
  };
  for (std::size_t c = 0; c < table.columns().size(); ++c) put(c, table.columns()[c]);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    text += '\n';
    for (std::size_t c = 0; c < table.columns().size(); ++c) put(c, table.text(row, c));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char separator : {',', ';', '\t'})
    for (const bool flag : {false, true})
      for (const bool multiline : {false, true})
        scan(
            text,
            {.separator = separator, .comments = flag, .strict_quotes = !flag, .multiline_cells = multiline});
  for (const auto kind : {CsvKind::any, CsvKind::data}) {
    const auto table = CsvTable::parse(text, "fuzz.csv", kind);
    if (!table) {
      require(table.error().where.starts_with("fuzz.csv"));
      require(table.error().message.find('\n') == std::string::npos);
      continue;
    }
    const auto copy = written(*table);
    CsvScanner scanner(copy);
    CsvRow row;
    require(scanner.next(row) && row.cells.size() == table->columns().size());
    for (std::size_t r = 0; r < table->rows(); ++r) {
      require(scanner.next(row) && row.fault == CsvFault::none &&
              row.cells.size() == table->columns().size());
      for (std::size_t c = 0; c < row.cells.size(); ++c) require(is_copy(row.cells[c], table->text(r, c)));
    }
    require(!scanner.next(row));
  }
  return 0;
}
