#include "formats/support/nvidia_smi_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats::nvidia_smi {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr bool ends_cell(char c) {
  return c == ',' || c == '\n' || c == '\r';
}

const char* find_cell_end(const char* p) {
  while (!ends_cell(*p)) ++p;
  return p;
}

/// The column that tells GPUs apart: preferably an index, then a UUID, then a bus address. columns.size() if
/// there is none.
std::size_t key_column(const std::vector<Column>& columns) {
  for (const auto field : {Field::index, Field::uuid, Field::bus_id}) {
    const auto found = std::ranges::find(columns, field, &Column::field);
    if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
  }
  return columns.size();
}

}  // namespace

RowParser::RowParser(std::vector<Column> columns) : columns_(std::move(columns)) {
  const auto key = key_column(columns_);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& column = columns_[i];
    auto& cell = cells_.emplace_back();
    cell.factor = column.factor;
    if (is_channel(column.field)) {
      cell.kind = column.unit == "%" ? Cell::Kind::percent : Cell::Kind::number;
      cell.slot = static_cast<std::uint8_t>(column.field);
    } else if (column.field == Field::timestamp) {
      cell.kind = Cell::Kind::timestamp;
    } else if (i == key) {
      cell.kind = Cell::Kind::key;
    } else if (column.field == Field::name) {
      cell.kind = Cell::Kind::name;
    }
  }
}

bool RowParser::has(Field field) const {
  return std::ranges::find(columns_, field, &Column::field) != columns_.end();
}

std::optional<double> RowParser::described(Field field) const {
  const auto found = std::ranges::find(columns_, field, &Column::field);
  if (found == columns_.end()) return std::nullopt;
  const std::string_view text = cells_[static_cast<std::size_t>(found - columns_.begin())].repeated;
  double number = 0;
  const char* const end = text.data() + text.size();
  const char* const rest = read_number(text.data(), end, number);
  if (rest == nullptr) return std::nullopt;
  const auto unit = trim({rest, static_cast<std::size_t>(end - rest)});
  return number * (unit.empty() ? found->factor : unit_factor(field, unit).value_or(0));
}

const char* RowParser::parse(const char* begin, const char* end, Row& row) {
  const char* p = begin;
  const auto count = cells_.size();
  row.values.fill(missing);
  for (std::size_t i = 0; i < count; ++i) {
    while (*p == ' ' || *p == '\t') ++p;
    auto& cell = cells_[i];
    const char* const start = p;
    row.open_length = 0;
    switch (cell.kind) {
      case Cell::Kind::number:
      case Cell::Kind::percent:
        p = parse_number(p, end, i, row.values[cell.slot]);
        if (p != nullptr && is_digit(p[-1])) row.open_length = p - start;
        break;
      case Cell::Kind::timestamp:
        p = civil_.parse(p, end, row.time_us);
        break;
      case Cell::Kind::key:
        p = find_cell_end(p);
        row.key = trim({start, static_cast<std::size_t>(p - start)});
        row.open_length = p - start;
        break;
      case Cell::Kind::name:
        p = skip_repeated(p, end, cell);
        row.name = cell.repeated;
        break;
      case Cell::Kind::other:
        p = skip_repeated(p, end, cell);
        break;
    }
    if (p == nullptr) return refuse(i, start, end);
    if (*p == '\r') ++p;
    const bool last = i + 1 == count;
    if (*p != (last ? '\n' : ',')) return refuse(*p == '\n' || *p == ',' ? count : i, start, end);
    ++p;
  }
  return p;
}

const char* RowParser::parse_number(const char* p, const char* end, std::size_t column, double& value) {
  auto& cell = cells_[column];
  const char* const start = p;
  double number = 0;
  p = is_digit(*p) || *p == '-' ? read_number(p, end, number) : nullptr;
  if (p == nullptr) {
    const char* const stop = find_cell_end(start);
    return says_nothing(trim({start, static_cast<std::size_t>(stop - start)})) ? stop : nullptr;
  }
  double factor = cell.factor;
  if (!ends_cell(*p)) {
    // The unit is almost always the same as in the previous row.
    if (end - p > 8 && std::memcmp(p, cell.suffix.data(), cell.suffix_length) == 0 &&
        cell.suffix_length != 0 && ends_cell(p[cell.suffix_length])) {
      p += cell.suffix_length;
    } else {
      p = parse_unit(p, column);
      if (p == nullptr) return nullptr;
    }
    factor = cell.suffix_factor;
  }
  // Dividing by 100 gives exactly 0.37 for 37 %. Multiplying by 0.01, which is not a binary fraction, would
  // not.
  value = cell.kind == Cell::Kind::percent ? number / 100 : number * factor;
  return p;
}

const char* RowParser::parse_unit(const char* p, std::size_t column) {
  auto& cell = cells_[column];
  const char* const stop = find_cell_end(p);
  const std::string_view suffix(p, static_cast<std::size_t>(stop - p));
  const auto unit = trim(suffix);
  const auto factor =
      unit.empty() ? columns_[column].factor : unit_factor(columns_[column].field, unit).value_or(0);
  if (factor == 0) return nullptr;
  cell.suffix_factor = factor;
  cell.suffix_length = suffix.size() <= cell.suffix.size() ? static_cast<std::uint8_t>(suffix.size()) : 0;
  std::ranges::copy(suffix.substr(0, cell.suffix_length), cell.suffix.begin());
  return stop;
}

const char* RowParser::skip_repeated(const char* p, const char* end, Cell& cell) {
  const auto length = static_cast<std::ptrdiff_t>(cell.repeated.size());
  if (length != 0 && end - p > length && std::memcmp(p, cell.repeated.data(), cell.repeated.size()) == 0 &&
      ends_cell(p[length]))
    return p + length;
  const char* const stop = find_cell_end(p);
  cell.repeated.assign(p, static_cast<std::size_t>(stop - p));
  return stop;
}

const char* RowParser::refuse(std::size_t column, const char* p, const char* end) {
  faulty_column_ = column;
  const char* const stop = std::find_if(p, end, ends_cell);
  faulty_text_ = trim({p, static_cast<std::size_t>(stop - p)}).substr(0, 40);
  return nullptr;
}

std::string RowParser::reason() const {
  if (faulty_column_ >= columns_.size())
    return fmt::format("not {} cells as the columns say", columns_.size());
  const auto& column = columns_[faulty_column_];
  if (column.field == Field::timestamp) return fmt::format("\"{}\" is not a date and time", faulty_text_);
  return fmt::format("{}: \"{}\" is not a number of {}", column.heading, faulty_text_,
                     column.unit.empty() ? "this kind" : column.unit);
}

}  // namespace joulecast::formats::nvidia_smi
