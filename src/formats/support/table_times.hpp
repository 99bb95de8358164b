// The times of a table's rows, and what they tell of the table. Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/support/log_time.hpp"
#include "formats/support/table_columns.hpp"

namespace joulecast::formats {

class TableTimes {
 public:
  explicit TableTimes(const TableColumns& columns) : columns_(columns) {}

  /// The cell of the time, behind that of the date if it is apart.
  [[nodiscard]] std::string text_of(Cells row) const;
  /// Nothing if the row has no time. Numbers have the unit of their heading, or are seconds.
  [[nodiscard]] std::optional<LogTime> of_row(Cells row);
  /// Numbers without a unit are seconds. Where their first step would be a slow logger's, they may as well be
  /// milliseconds, and the energy a thousand times less: malformed, with the option that says which.
  [[nodiscard]] Status check_unit(const LogTime& time, const std::string& where);
  /// Whether the last time was a number that nothing says the unit of.
  [[nodiscard]] bool lacks_unit() const { return is_number_ && unit().empty(); }
  /// Whether a row has the time of the row before, or is as close behind it as the devices of one query are.
  [[nodiscard]] bool follows_at_once(std::int64_t us);
  /// How many elapsed times are before that of the row before.
  [[nodiscard]] std::uint64_t falls() const { return falls_; }

 private:
  [[nodiscard]] const std::string& unit() const;

  const TableColumns& columns_;
  bool is_number_ = false;
  bool knows_unit_ = false;  ///< of times that are numbers: their first step was judged
  std::optional<std::int64_t> first_elapsed_us_, last_elapsed_us_;
  std::optional<std::int64_t> last_row_us_;
  std::int64_t period_us_ = 0;  ///< from one round of rows to the next
  std::uint64_t falls_ = 0;
};

}  // namespace joulecast::formats
