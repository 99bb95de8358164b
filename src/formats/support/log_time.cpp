#include "formats/support/log_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr double second_us = 1e6;
/// 2001-09-09 and 2128-06-11: a whole number between them is a time in seconds since 1970.
constexpr double first_unix_s = 1e9;
constexpr double last_unix_s = 5e9;

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto word : split(text, ' '))
    if (!trim(word).empty()) words.push_back(trim(word));
  return words;
}

std::optional<LogTime> moment(std::string_view civil, bool zoned) {
  const auto us = parse_civil_us(civil);
  if (!us) return std::nullopt;
  return LogTime{LogTime::Kind::moment, *us, zoned};
}

/// A number is a time since 1970 if it lies in our century, in seconds or a thousandth, millionth … of them.
std::optional<LogTime> unix_time(std::string_view text) {
  const auto number = parse_double(text);
  if (!number || !is_digit(text.front())) return std::nullopt;
  double seconds = *number;
  for (int i = 0; i < 3 && seconds > last_unix_s; ++i) seconds /= 1000;
  if (seconds < first_unix_s || seconds > last_unix_s) return std::nullopt;
  return LogTime{LogTime::Kind::moment, std::llround(seconds * second_us), true};
}

std::optional<LogTime> time_of_day(std::string_view text) {
  if (text.size() < 5 || (text[2] != ':' && text[1] != ':')) return std::nullopt;
  auto padded = text[1] == ':' ? "0" + std::string(text) : std::string(text);
  constexpr std::size_t behind_seconds = 8;
  if (padded.size() > behind_seconds && padded[behind_seconds] == ':') padded[behind_seconds] = '.';
  const auto us = parse_civil_us("1970-01-01 " + padded);
  if (!us) return std::nullopt;
  return LogTime{LogTime::Kind::of_day, *us, false};
}

/// Elapsed times that look like times of day until a day has passed: "25:00:00", "1-01:00:00" as Slurm writes
/// them, "1 day, 1:00:00" as Python does, "0 days 01:00:00" as pandas does.
std::optional<LogTime> longer_than_a_day(std::string_view text) {
  constexpr std::int64_t hour_us = 3'600'000'000, day_us = 24 * hour_us;
  constexpr std::size_t most_digits = 5;
  std::int64_t days = 0;
  auto clock = text;
  if (const auto end = text.find("day"); end != std::string_view::npos) {
    const auto blank = text.find(' ', end);
    const auto number = parse_int(trim(text.substr(0, end)));
    if (blank == std::string_view::npos || !number || *number < 0) return std::nullopt;
    days = *number;
    clock = trim(text.substr(blank));
  } else if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    if (!all_digits(text.substr(0, dash)) || dash > most_digits) return std::nullopt;
    days = *parse_int(text.substr(0, dash));
    clock = text.substr(dash + 1);
  }
  const auto colon = clock.find(':');
  if (colon == std::string_view::npos || colon > most_digits || !all_digits(clock.substr(0, colon)))
    return std::nullopt;
  const auto hours = *parse_int(clock.substr(0, colon));
  const auto rest = time_of_day(fmt::format("00{}", clock.substr(colon)));
  constexpr std::size_t minutes_and_seconds = 6;  // ":05:06"
  if (!rest || clock.size() - colon < minutes_and_seconds) return std::nullopt;
  return LogTime{LogTime::Kind::of_day, days * day_us + hours * hour_us + rest->us, false};
}

int month_of(std::string_view word) {
  static constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                           "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() < 3) return 0;
  const auto found = std::ranges::find(months, to_lower(word.substr(0, 3)));
  return found == months.end() ? 0 : static_cast<int>(found - months.begin()) + 1;
}

/// Day, month, year and time among words in any order, as date and ctime write them.
std::optional<LogTime> wordy(const std::vector<std::string_view>& words) {
  int month = 0, day = 0, year = 0;
  std::string_view clock;
  bool afternoon = false, morning = false, zoned = false;
  for (const auto word : words) {
    if (word.find(':') != std::string_view::npos)
      clock = word;
    else if (all_digits(word) && word.size() <= 2 && day == 0)
      day = static_cast<int>(*parse_int(word));
    else if (all_digits(word) && word.size() == 4)
      year = static_cast<int>(*parse_int(word));
    else if (word == "AM" || word == "PM")
      (word == "PM" ? afternoon : morning) = true;
    else if (word == "UTC" || word == "GMT")
      zoned = true;
    else if (month == 0)
      month = month_of(word);
  }
  if (month == 0 || day == 0 || year == 0 || clock.empty()) return std::nullopt;
  auto time = moment(
      fmt::format("{:04}-{:02}-{:02} {}{}", year, month, day, clock.find(':') == 1 ? "0" : "", clock), zoned);
  const std::int64_t half_day_us = 43'200'000'000;
  const auto hour = parse_int(clock.substr(0, clock.find(':'))).value_or(0);
  if (time && afternoon && hour < 12) time->us += half_day_us;
  if (time && morning && hour == 12) time->us -= half_day_us;
  return time;
}

/// "10:00:00 PM", "2026-11-05 10:00:00pm": the same in hours of the whole day.
std::optional<LogTime> time_of_half_day(std::string_view text) {
  constexpr std::int64_t hour_us = 3'600'000'000;
  const auto half = to_lower(text.substr(text.size() - std::min<std::size_t>(text.size(), 2)));
  if (half != "am" && half != "pm") return std::nullopt;
  auto time = parse_log_time(text.substr(0, text.size() - 2));
  if (!time || time->zoned) return std::nullopt;
  const auto hour = time->us / hour_us % 24;
  if (hour == 0 || hour > 12) return std::nullopt;
  if (half == "pm" && hour < 12) time->us += 12 * hour_us;
  if (half == "am" && hour == 12) time->us -= 12 * hour_us;
  return time;
}

/// "20261105T100000Z", "20261105 100000" or "20261105100000".
std::optional<LogTime> without_separators(std::string_view text) {
  constexpr std::size_t date_length = 8, clock_length = 6;
  const bool zoned = text.ends_with('Z');
  if (zoned) text.remove_suffix(1);
  if (text.size() < date_length + clock_length) return std::nullopt;
  const auto date = text.substr(0, date_length);
  auto clock = text.substr(date_length);
  if (clock.front() == 'T' || clock.front() == ' ') clock.remove_prefix(1);
  const auto fraction = clock.substr(std::min(clock.size(), clock_length));
  clock = clock.substr(0, clock_length);
  if (clock.size() != clock_length || !all_digits(date) || !all_digits(clock)) return std::nullopt;
  if (!fraction.empty() && fraction.front() != '.') return std::nullopt;
  return moment(fmt::format("{}-{}-{} {}:{}:{}{}", date.substr(0, 4), date.substr(4, 2), date.substr(6, 2),
                            clock.substr(0, 2), clock.substr(2, 2), clock.substr(4, 2), fraction),
                zoned);
}

/// "5.11.2026 9:30", as spreadsheets and HWiNFO write it.
std::optional<LogTime> with_points(std::string_view date, std::string_view clock) {
  const auto parts = split(date, '.');
  if (parts.size() != 3 || parts[2].size() != 4) return std::nullopt;
  for (const auto part : parts)
    if (!all_digits(part) || (part.size() > 2 && part.size() != 4)) return std::nullopt;
  const auto colons = std::ranges::count(clock, ':');
  return moment(fmt::format("{}-{:0>2}-{:0>2} {}{}{}", parts[2], parts[1], parts[0],
                            clock.find(':') == 1 ? "0" : "", clock, colons == 1 ? ":00" : ""),
                false);
}

/// Whether an ISO 8601 text names its zone behind the seconds.
bool names_zone(std::string_view text) {
  const auto clock = text.find(':');
  return text.ends_with('Z') || text.ends_with('z') ||
         (clock != std::string_view::npos && text.find_first_of("+-", clock) != std::string_view::npos);
}

}  // namespace

std::optional<LogTime> parse_log_time(std::string_view text) {
  text = trim(text);
  constexpr std::size_t longest = 64;
  if (text.empty() || text.size() > longest) return std::nullopt;
  if (auto time = unix_time(text)) return time;
  if (auto time = time_of_half_day(text)) return time;
  if (auto time = moment(text, names_zone(text))) return time;
  if (auto time = without_separators(text)) return time;
  constexpr std::size_t to_the_minute = 16;  // "2026-11-05 10:00"
  if (text.size() == to_the_minute && text[13] == ':')
    if (auto time = moment(fmt::format("{}:00", text), false)) return time;
  const auto words = words_of(text);
  if (words.size() == 2 && words[0].size() == 8 && all_digits(words[0]))
    return moment(fmt::format("{}-{}-{} {}", words[0].substr(0, 4), words[0].substr(4, 2),
                              words[0].substr(6, 2), words[1]),
                  false);
  if (words.size() == 2)
    if (auto time = with_points(words[0], words[1])) return time;
  const bool month_first = words.size() == 2 && words[0].size() == 10 && words[0][2] == words[0][5] &&
                           (words[0][2] == '-' || words[0][2] == '/');
  if (month_first)
    return moment(fmt::format("{}-{}-{} {}", words[0].substr(6, 4), words[0].substr(0, 2),
                              words[0].substr(3, 2), words[1]),
                  false);
  if (words.size() == 1)
    if (auto time = time_of_day(text)) return time;
  if (auto time = longer_than_a_day(text)) return time;
  if (words.size() == 3 && (words[2] == "UTC" || words[2] == "GMT"))
    return moment(fmt::format("{} {}", words[0], words[1]), true);
  if (words.size() == 2 && std::ranges::count(words[0], '-') == 2) {  // "05-Nov-2026 10:00:00"
    auto parts = split(words[0], '-');
    parts.push_back(words[1]);
    return wordy(parts);
  }
  return words.size() >= 4 ? wordy(words) : std::nullopt;
}

std::optional<LogTime> parse_elapsed(std::string_view text) {
  const auto seconds = parse_double(trim(text));
  if (!seconds || *seconds < 0 || *seconds > last_unix_s) return std::nullopt;
  return LogTime{LogTime::Kind::elapsed, std::llround(*seconds * second_us), false};
}

std::optional<LogTime> parse_start(std::string_view text) {
  text = trim(text);
  constexpr std::size_t date_length = 10;  // "2026-11-05"
  if (text.size() == date_length) return moment(std::string(text) + " 00:00:00", false);
  auto time = parse_log_time(text);
  if (!time) time = parse_log_time(std::string(text) + ":00");  // without seconds
  return time && time->kind == LogTime::Kind::moment ? time : std::nullopt;
}

}  // namespace joulecast::formats
