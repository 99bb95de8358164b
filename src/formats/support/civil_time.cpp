#include "formats/support/civil_time.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr std::int64_t second_us = 1'000'000;

/// Reads exactly `count` digits; -1 if there are fewer.
int digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

constexpr unsigned days_in_month(int year, int month) {
  constexpr unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/// Reads ".167" as microseconds; ignores digits after the sixth.
std::int64_t fraction_us(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  std::int64_t value = 0;
  std::int64_t unit = second_us;
  while (!text.empty() && is_digit(text.front())) {
    unit /= 10;
    value += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

/// Reads "Z", "+01:00" or "-0500" as microseconds ahead of UTC; nothing for any other text.
std::optional<std::int64_t> zone_us(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  const int hours = digits(text, 2);
  take(text, ":");
  const int minutes = text.empty() ? 0 : digits(text, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60) * second_us;
}

/// Reads "2022-12-07 01:58:" as microseconds.
std::optional<std::int64_t> minute_us(std::string_view& text) {
  const int year = digits(text, 4);
  if (!take(text, "-/")) return std::nullopt;
  const int month = digits(text, 2);
  if (!take(text, "-/")) return std::nullopt;
  const int day = digits(text, 2);
  if (!take(text, " T")) return std::nullopt;
  const int hour = digits(text, 2);
  if (!take(text, ":")) return std::nullopt;
  const int minute = digits(text, 2);
  if (!take(text, ":")) return std::nullopt;
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59)
    return std::nullopt;
  if (static_cast<unsigned>(day) > days_in_month(year, month)) return std::nullopt;
  const auto days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return (days * 86400 + hour * 3600 + minute * 60) * second_us;
}

}  // namespace

std::optional<std::int64_t> parse_civil_us(std::string_view text) {
  text = trim(text);
  const auto minute = minute_us(text);
  if (!minute) return std::nullopt;
  const int second = digits(text, 2);
  if (second < 0 || second > 60) return std::nullopt;
  const auto fraction = fraction_us(text);
  const auto zone = zone_us(trim(text));
  if (!zone) return std::nullopt;
  return *minute + second * second_us + fraction - *zone;
}

const char* CivilParser::parse(const char* begin, const char* end, std::int64_t& microseconds) {
  constexpr int length = prefix_length + 6;  // "32.167"
  if (end - begin > length && std::memcmp(begin, prefix_, prefix_length) == 0) {
    const char* p = begin + prefix_length;
    const bool plain = is_digit(p[0]) && is_digit(p[1]) && p[2] == '.' && is_digit(p[3]) && is_digit(p[4]) &&
                       is_digit(p[5]) && p[0] < '6';
    if (plain && (p[6] == ',' || p[6] == '\n')) {
      const int seconds = (p[0] - '0') * 10 + (p[1] - '0');
      const int milliseconds = (p[3] - '0') * 100 + (p[4] - '0') * 10 + (p[5] - '0');
      microseconds = prefix_us_ + seconds * second_us + milliseconds * 1000;
      return p + 6;
    }
  }
  const char* stop = begin;
  while (stop != end && *stop != ',' && *stop != '\n' && *stop != '\r') ++stop;
  const auto time = parse_civil_us({begin, static_cast<std::size_t>(stop - begin)});
  if (!time) return nullptr;
  microseconds = *time;
  std::string_view text(begin, static_cast<std::size_t>(stop - begin));
  if (const auto minute = minute_us(text); minute && stop - begin >= prefix_length) {
    std::memcpy(prefix_, begin, prefix_length);
    prefix_us_ = *minute;
  }
  return stop;
}

CivilText compact_civil(std::int64_t microseconds) {
  const std::time_t seconds = std::max<std::int64_t>(0, microseconds / second_us);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  CivilText out{};
  std::strftime(out.text, sizeof out.text, "%Y%m%dT%H%M%S", &utc);
  return out;
}

}  // namespace joulecast::formats
