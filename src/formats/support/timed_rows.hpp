// Finds the time of each row of a table in text form, before the table is imported.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::formats {

/// Which of a table's columns, from 0, have the time, its date if that is apart, and what tells devices
/// apart.
struct TimeColumns {
  std::size_t time = 0;
  std::optional<std::size_t> date;
  std::vector<std::size_t> devices;
};

/// Day and month of dates such as 05/11/2026.
enum class DateOrder { month_first, day_first };

/// A date in numbers whose first two may be day and month in either order, and the rest of its cell.
struct NumericDate {
  int first, second, year;
  std::string clock;  ///< "10:00:00 PM"
};
/// "5/11/2026 10:00:00", "11-05-2026 10:00:00"; nothing for any other text, so not for 05.11.2026, which has
/// the day first everywhere.
[[nodiscard]] std::optional<NumericDate> parse_numeric_date(std::string_view cell);

/// Microseconds of a date and its clock; nothing if they are impossible.
[[nodiscard]] std::optional<std::int64_t> moment_of(const NumericDate& date, DateOrder order);

/// Columns by the table's first line, if that is a heading, and by its rows; nothing if no column has moments
/// (times with a date). `time_heading` is the time's column if the user names it, by heading or number.
[[nodiscard]] std::optional<TimeColumns> find_time_columns(const std::vector<std::string_view>& lines,
                                                           std::string_view time_heading);

/// The cell of a column; empty if the row is shorter.
[[nodiscard]] std::string_view cell_at(std::string_view row, std::size_t column);

}  // namespace joulecast::formats
