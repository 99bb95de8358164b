// Times in all the forms in which programs and shells write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace joulecast::formats {

struct LogTime {
  enum class Kind {
    moment,   ///< microseconds since 1970-01-01, UTC if zoned, else in a zone that is not named
    of_day,   ///< microseconds since midnight: the date is not known; a day and more where a log counts on
    elapsed,  ///< microseconds since the log began
    none,     ///< the row has no time
  };
  Kind kind = Kind::none;
  std::int64_t us = 0;
  bool zoned = false;
};

/// A moment or a time of day:
///   2026-11-05 10:00:00.5, 2026/11/05T10:00:00+01:00, 20261105 10:00:00   (ISO 8601, nvidia-smi, its dmon)
///   Thu Nov  5 10:00:00 2026, Thu Nov  5 10:00:00 UTC 2026               (ctime, date)
///   Thu 05 Nov 2026 10:00:00 AM CET                                      (date in a newer locale)
///   11-05-2026 10:00:00                                                  (tegrastats: month first)
///   5.11.2026 10:00:00, 05-Nov-2026 10:00:00, 2026-11-05 10:00           (spreadsheets: day first)
///   20261105T100000Z, 20261105100000                                     (ISO 8601 without separators)
///   1793872800, 1793872800.5, 1793872800123 (ms), …123456 (us), …789 (ns)   since 1970, UTC
///   10:00:00, 10:00:00.5, 10:00:00:500                                   (of the day)
///   25:00:00, 1-01:00:00, 1 day, 1:00:00                                 (elapsed, beyond a day)
///   any of them with AM or PM behind it
/// A three-letter zone other than UTC or GMT stays unnamed. Nothing for any other text.
[[nodiscard]] std::optional<LogTime> parse_log_time(std::string_view text);

/// "12.5" as a time since the log began.
[[nodiscard]] std::optional<LogTime> parse_elapsed(std::string_view text);

/// What --start says: a moment, with or without seconds, or a date alone, which is its midnight.
[[nodiscard]] std::optional<LogTime> parse_start(std::string_view text);

}  // namespace joulecast::formats
