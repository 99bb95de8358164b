#include "base/csv.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/files.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

/// Describes a fault in a row; the text follows the row's place.
std::string describe(CsvFault fault, CsvKind kind) {
  if (fault == CsvFault::text_after_quote) return "text after a closing quote";
  return kind == CsvKind::data ? "a quote is not closed" : "a quote opens here and never closes";
}

/// Tables with shorter cells than this on average would need many times their size in memory.
constexpr std::uint64_t bytes_of_a_cell = 8;

std::string describe_length(std::size_t cells, std::size_t columns, CsvKind kind) {
  return fmt::format("{} cells{} where the header has {}", cells, kind == CsvKind::data ? "" : ",", columns);
}

}  // namespace

Result<CsvTable> CsvTable::parse(std::string text, std::string name, CsvKind kind) {
  CsvTable table;
  table.name_ = std::move(name);
  table.storage_ = std::make_shared<Storage>(Storage{std::move(text), {}});
  const bool data = kind == CsvKind::data;
  CsvScanner scanner(table.storage_->text,
                     {.separator = data ? ',' : guess_csv_separator(table.storage_->text),
                      .comments = data,
                      .strict_quotes = !data,
                      .multiline_cells = true});
  const auto place = [&](std::size_t line) { return fmt::format("{}:{}", table.name_, line); };
  for (CsvRow row; scanner.next(row);) {
    if (row.fault != CsvFault::none)
      return fail(ErrorKind::malformed, place(row.fault_line), "{}", describe(row.fault, kind));
    table.storage_->rewritten.splice(table.storage_->rewritten.end(), row.rewritten);
    if (table.columns_.empty()) {
      table.columns_.assign(row.cells.begin(), row.cells.end());
      continue;
    }
    if (row.cells.size() != table.columns_.size())
      return fail(ErrorKind::malformed, place(row.line), "{}",
                  describe_length(row.cells.size(), table.columns_.size(), kind));
    if (table.cells_.size() > input_limit(most_of_a_table) / bytes_of_a_cell)
      return fail(ErrorKind::invalid, place(row.line),
                  "more than {} million cells; JOULECAST_MAX_SIZE=10GB allows more",
                  input_limit(most_of_a_table) / bytes_of_a_cell / 1'000'000);
    table.cells_.insert(table.cells_.end(), row.cells.begin(), row.cells.end());
    table.lines_.push_back(static_cast<std::uint32_t>(row.line));
  }
  if (table.columns_.empty())
    return fail(ErrorKind::malformed, table.name_, "{}",
                data ? "has no header line" : "the table is empty: no header line");
  return table;
}

Result<CsvTable> CsvTable::read(const std::filesystem::path& file, CsvKind kind) {
  auto text = read_file(file);
  if (!text) return propagate(text.error());
  return parse(std::move(*text), file.string(), kind);
}

Result<std::size_t> CsvTable::column(std::string_view name) const {
  return find_column(columns_, name, name_);
}

std::optional<std::size_t> CsvTable::find(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

Result<std::size_t> CsvTable::needed_column(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  return fail(ErrorKind::malformed, name_, "has no column '{}'", name);
}

bool CsvTable::missing(std::size_t row, std::size_t column) const {
  return means_missing(text(row, column));
}

Result<std::optional<double>> CsvTable::number(std::size_t row, std::size_t column) const {
  const auto cell = text(row, column);
  if (const auto value = parse_double(cell)) return value;
  if (means_missing(cell)) return std::nullopt;
  return fail(ErrorKind::malformed, where(row), "column {}: '{}' is not a finite number", columns_[column],
              cell.substr(0, 60));
}

Result<std::vector<std::optional<double>>> CsvTable::numbers(std::string_view column_name) const {
  const auto index = column(column_name);
  if (!index) return propagate(index.error());
  std::vector<std::optional<double>> values(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    auto value = number(row, *index);
    if (!value) return propagate(value.error());
    values[row] = *value;
  }
  return values;
}

std::string CsvTable::where(std::size_t row) const {
  return fmt::format("{}:{}", name_, lines_[row]);
}

bool means_missing(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > 4) return false;
  static constexpr std::array<std::string_view, 6> words{"na", "n/a", "null", "none", "nan", "?"};
  return std::ranges::any_of(words, [&](std::string_view word) { return equals_ignoring_case(word, text); });
}

Result<std::size_t> find_column(std::span<const std::string> columns, std::string_view name,
                                const std::string& where) {
  const auto find = [&](auto same) -> Result<std::size_t> {
    const auto first = std::find_if(columns.begin(), columns.end(), same);
    if (first == columns.end()) return columns.size();
    if (std::find_if(first + 1, columns.end(), same) != columns.end())
      return fail(ErrorKind::invalid, where, "two columns are called {}", name);
    return static_cast<std::size_t>(first - columns.begin());
  };
  auto found = find([&](const std::string& c) { return c == name; });
  if (found && *found == columns.size())
    found = find([&](const std::string& c) { return equals_ignoring_case(c, name); });
  if (found && *found == columns.size())
    return fail(ErrorKind::invalid, where, "no column {}; it has {}", name, fmt::join(columns, ", "));
  return found;
}

}  // namespace joulecast
