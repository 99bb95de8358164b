// Parses dates and times of logs as microseconds since 1970-01-01 in the same (unnamed) time zone.
// log_time.hpp parses more forms, at leisure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace joulecast::formats {

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
[[nodiscard]] constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

/// Parses a log's date and time: "2022-12-07 01:58:32.167", "2023/02/20 11:40:30.788",
/// "2022-12-07T01:58:34.182524+01:00". Nothing for any other text or an impossible moment. A zone is
/// subtracted; without one the zone stays unknown.
[[nodiscard]] std::optional<std::int64_t> parse_civil_us(std::string_view text);

/// The same, but caches the last minute, because consecutive lines of a log mostly share it.
class CivilParser {
 public:
  /// Reads the time at the front of [begin, end) up to a comma, a blank after the seconds or a line end.
  /// Returns the position after it, or nullptr.
  const char* parse(const char* begin, const char* end, std::int64_t& microseconds);

 private:
  static constexpr int prefix_length = 17;  ///< "2022-12-07 01:58:"
  char prefix_[prefix_length] = {};
  std::int64_t prefix_us_ = 0;
};

/// Formats such a time as "20221207T015832", for names.
struct CivilText {
  char text[16];
};
[[nodiscard]] CivilText compact_civil(std::int64_t microseconds);

}  // namespace joulecast::formats
