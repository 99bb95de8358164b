#include "formats/support/table_sample.hpp"

#include <limits>

#include "base/csv_scanner.hpp"
#include "formats/support/heading_words.hpp"
#include "formats/support/log_units.hpp"

namespace joulecast::formats {

TableSample sample_of_table(std::string_view text) {
  constexpr std::size_t most_cells = 200'000;
  constexpr std::size_t most_rows = 2000;
  TableSample sample;
  CsvScanner scanner(text, csv_of_logs);
  CsvRow row;
  std::size_t cells = 0;
  while (cells < most_cells && sample.rows.size() < most_rows && scanner.next(row)) {
    cells += row.cells.size();
    if (sample.header.empty()) {
      sample.header.assign(row.cells.begin(), row.cells.end());
      continue;
    }
    if (row.cells.size() == sample.header.size() + 1 && row.cells.back().empty()) row.cells.pop_back();
    if (row.cells.size() == sample.header.size())
      sample.rows.emplace_back(row.cells.begin(), row.cells.end());
  }
  return sample;
}

std::vector<std::string> headings_with_units(const TableSample& sample) {
  auto headings = sample.header;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (!HeadingWords(headings[i]).unit().empty()) continue;
    std::size_t of_power = 0, others = 0;
    for (const auto& row : sample.rows) {
      if (is_no_value(row[i])) continue;
      const auto value = parse_cell(row[i]);
      const bool power =
          value && !value->unit.empty() && log_unit_factor(trace::Quantity::power, value->unit);
      ++(power ? of_power : others);
    }
    if (of_power > 9 * others) headings[i] += " (W)";
  }
  return headings;
}

double value_in(std::string_view cell, const Meaning& meaning) {
  const auto value = parse_cell(cell);
  const auto unit = value && !value->unit.empty() ? value->unit : std::string_view(meaning.unit);
  const auto factor = log_unit_factor(meaning.quantity, unit);
  return value && factor ? value->number * *factor : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace joulecast::formats
