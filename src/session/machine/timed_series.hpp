// A figure over time from a CSV table: outside temperatures, the intensity of a grid.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/csv.hpp"

namespace joulecast::session {

/// Values at rising moments.
class TimedSeries {
 public:
  TimedSeries(std::vector<WallTime> times, std::vector<double> values)
      : times_(std::move(times)), values_(std::move(values)) {}

  /// Linear between two values that are at most `longest_gap` apart; nothing elsewhere.
  [[nodiscard]] std::optional<double> at(WallTime time) const;
  [[nodiscard]] WallTime begin() const { return times_.front(); }
  [[nodiscard]] WallTime end() const { return times_.back(); }
  static constexpr Seconds longest_gap{6 * 3600};

 private:
  std::vector<WallTime> times_;
  std::vector<double> values_;
};

/// The moment in the cell: in any form that logs have, UTC where it names no zone. malformed, with file:line,
/// for any other text.
[[nodiscard]] Result<WallTime> moment_in(const CsvTable& table, std::size_t row, std::size_t column);
/// invalid, naming the field, for a text that is no moment.
[[nodiscard]] Result<WallTime> moment_from(std::string_view text, const std::string& field);

/// Columns `time` and `column`; rows without a value are left out. malformed, with file:line, for a time or a
/// value that is none, values outside low..high, and times that do not rise.
[[nodiscard]] Result<TimedSeries> read_timed_series(const std::filesystem::path& file,
                                                    std::string_view column, double low, double high);

}  // namespace joulecast::session
