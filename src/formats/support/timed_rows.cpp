#include "formats/support/timed_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/nvidia_smi_columns.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/row_series.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

constexpr std::size_t rows_to_judge = 50;

/// Takes a number of one to `most` digits.
int take_number(std::string_view& text, std::size_t most) {
  std::size_t length = 0;
  while (length < std::min(most, text.size()) && text[length] >= '0' && text[length] <= '9') ++length;
  const auto number = parse_int(text.substr(0, length));
  text.remove_prefix(length);
  return number ? static_cast<int>(*number) : -1;
}

bool is_moment(std::string_view cell) {
  if (parse_numeric_date(cell)) return true;
  const auto time = parse_log_time(cell);
  return time && time->kind == LogTime::Kind::moment;
}

bool is_day(std::string_view cell) {
  return is_moment(fmt::format("{} 00:00:00", trim(cell)));
}

/// Whether nearly all of the first rows have such a cell in a column.
template <class Test>
bool column_is(const std::vector<std::string_view>& rows, std::size_t column, Test test) {
  std::size_t count = 0;
  for (const auto row : rows) count += test(cell_at(row, column)) ? 1 : 0;
  return count * 10 >= rows.size() * 9;
}

/// The columns that tell the series of readings apart whose rows the table has.
std::vector<std::size_t> columns_of_series(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const auto line : lines) text.append(line).push_back('\n');
  const auto sample = sample_of_table(text);
  const auto headings = sample.headings();
  auto meanings = meanings_of_own_names(headings);
  const auto known = nvidia_smi::columns_of_header(headings);
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i].field == nvidia_smi::Field::index) meanings[i] = Meaning::of(Role::device);
  const auto series = find_row_series(sample, meanings);
  std::vector<std::size_t> columns;
  if (series.machine) columns.push_back(*series.machine);
  if (series.device) columns.push_back(*series.device);
  return series.refusal.empty() ? columns : std::vector<std::size_t>{};
}

}  // namespace

std::string_view cell_at(std::string_view row, std::size_t column) {
  for (; column != 0; --column) {
    const auto comma = row.find(',');
    if (comma == std::string_view::npos) return {};
    row.remove_prefix(comma + 1);
  }
  return trim(row.substr(0, row.find(',')));
}

std::optional<NumericDate> parse_numeric_date(std::string_view cell) {
  NumericDate date{};
  cell = trim(cell);
  date.first = take_number(cell, 2);
  const char separator = cell.empty() ? ' ' : cell.front();
  if (date.first < 1 || (separator != '/' && separator != '-')) return std::nullopt;
  cell.remove_prefix(1);
  date.second = take_number(cell, 2);
  if (date.second < 1 || !cell.starts_with(separator)) return std::nullopt;
  cell.remove_prefix(1);
  const auto length = cell.size();
  date.year = take_number(cell, 4);
  if (length - cell.size() != 4 || cell.size() < 2 || (cell.front() != ' ' && cell.front() != 'T'))
    return std::nullopt;
  date.clock = trim(cell.substr(1));
  return date;
}

std::optional<std::int64_t> moment_of(const NumericDate& date, DateOrder order) {
  const auto month = order == DateOrder::month_first ? date.first : date.second;
  const auto day = order == DateOrder::month_first ? date.second : date.first;
  auto clock = std::string_view(date.clock);
  const auto half = to_lower(clock.substr(clock.size() - std::min<std::size_t>(clock.size(), 2)));
  const bool halves = half == "am" || half == "pm";
  if (halves) clock = trim(clock.substr(0, clock.size() - 2));
  auto text = std::string(clock);
  if (text.find(':') == 1) text.insert(0, "0");
  if (std::ranges::count(text, ':') == 1) text += ":00";
  auto us = parse_civil_us(fmt::format("{:04}-{:02}-{:02} {}", date.year, month, day, text));
  if (us && halves) {
    constexpr std::int64_t half_day_us = 43'200'000'000;
    const bool twelve = text.starts_with("12");
    if (half == "pm" && !twelve) *us += half_day_us;
    if (half == "am" && twelve) *us -= half_day_us;
  }
  return us;
}

std::optional<TimeColumns> find_time_columns(const std::vector<std::string_view>& lines,
                                             std::string_view time_heading) {
  if (lines.size() < 2) return std::nullopt;
  std::vector<std::string_view> header;
  for (const auto cell : split(lines.front(), ',')) header.push_back(trim(cell));
  const std::vector<std::string_view> rows(
      lines.begin() + 1, lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines.size(), rows_to_judge)));
  std::optional<std::size_t> named;
  if (!time_heading.empty()) {
    for (std::size_t i = 0; i < header.size() && !named; ++i)
      if (equals_ignoring_case(header[i], time_heading)) named = i;
    if (const auto place = parse_uint(time_heading); !named && place && *place >= 1) named = *place - 1;
  }
  TimeColumns columns;
  std::optional<std::size_t> time;
  for (std::size_t i = 0; i < header.size() && !time; ++i)
    if ((!named || named == i) && column_is(rows, i, is_moment)) time = i;
  if (!time) {  // a date and a time of day
    for (std::size_t i = 0; i < header.size() && !time; ++i)
      if (column_is(rows, i, is_day))
        for (std::size_t j = 0; j < header.size() && !time; ++j)
          if (column_is(rows, j, [](auto cell) { return parse_log_time(cell).has_value(); })) {
            columns.date = i;
            time = j;
          }
  }
  if (!time) return std::nullopt;
  columns.time = *time;
  columns.devices = columns_of_series(lines);
  return columns;
}

}  // namespace joulecast::formats
