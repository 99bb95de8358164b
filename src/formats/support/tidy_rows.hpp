// Puts the rows of a table in the order of their times, and their dates in one form, before it is imported:
// a spreadsheet sorts newest first, two recorders write one file in turn, a file is appended to itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::formats {

struct TidyText {
  std::string text;
  std::vector<std::size_t> lines;  ///< for each of its lines the place of the line that it comes from, from 0
  std::vector<std::string> notes;  ///< what was changed and assumed, for the user
};

/// Whole lines in plain form (dialect.hpp), the first of which is the table's heading or a row. Nothing if
/// they need no change, or if no column has moments. What is changed:
/// - Rows that are not in the order of their times are sorted, if the file as a whole is: newest first, in no
///   order, parts in the wrong order or beside each other in time. A clock that was set back or forward
///   (log_clock.hpp) leaves rows in the order in which they were written; so does disorder of less than a
///   period.
/// - Then a row that is there twice is taken once.
/// - A single row an hour and more away from the rows on both sides of it, and rows from before 2000 where
///   the others are later, are left out.
/// - Day and month in numbers (05/11/2026) are told apart by the whole file: a day above 12, or else the
///   reading in which the times rise in the smallest steps.
/// - Rows of one device with the same whole second are spread evenly over it.
[[nodiscard]] std::optional<TidyText> tidy_rows(std::string_view text, std::string_view time_heading);

}  // namespace joulecast::formats
