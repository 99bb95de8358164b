#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

namespace joulecast {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct Scale {
  std::string_view unit;
  double factor;
};

/// Parses "1.5 kWh" with a table of lower-case units.
std::optional<double> parse_scaled(std::string_view text, std::span<const Scale> scales) {
  text = trim(text);
  const auto unit_at =
      std::find_if(text.rbegin(), text.rend(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  const auto split_at = static_cast<std::size_t>(text.rend() - unit_at);
  const auto number = parse_double(trim(text.substr(0, split_at)));
  const auto unit = to_lower(trim(text.substr(split_at)));
  if (!number) return std::nullopt;
  for (const auto& scale : scales)
    if (scale.unit == unit) return *number * scale.factor;
  return std::nullopt;
}

/// Three significant digits with the largest prefix that keeps the number at or above 1.
std::string with_prefix(double value, std::string_view unit) {
  if (!std::isfinite(value)) return "unknown";
  static constexpr std::array<std::pair<double, std::string_view>, 8> prefixes{
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}}};
  const double size = std::abs(value);
  auto chosen = std::pair<double, std::string_view>{1, ""};
  for (const auto& prefix : prefixes)
    if (size >= prefix.first * 0.9995) {
      chosen = prefix;
      break;
    }
  const double scaled = value / chosen.first;
  if (std::abs(scaled) >= 1e5) return fmt::format("{:.2e} {}{}", scaled, chosen.second, unit);
  const int decimals = std::abs(scaled) >= 99.95 ? 0 : std::abs(scaled) >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}{}", scaled, decimals, chosen.second, unit);
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string to_lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

std::optional<double> parse_double(std::string_view text) {
  const auto value = parse_whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}
std::optional<std::int64_t> parse_int(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}
std::optional<std::uint64_t> parse_uint(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::optional<Joules> parse_energy(std::string_view text) {
  static constexpr std::array<Scale, 8> scales{{{"j", 1},
                                                {"kj", 1e3},
                                                {"mj", 1e6},
                                                {"gj", 1e9},
                                                {"wh", 3600.0},
                                                {"kwh", 3.6e6},
                                                {"mwh", 3.6e9},
                                                {"gwh", 3.6e12}}};
  // A small m is milli, as to_text() writes it. Nobody can tell what mj and mwh mean.
  constexpr double milli = 1e-3;
  text = trim(text);
  for (const std::string_view unit : {"J", "Wh"}) {
    const auto begin = text.size() - std::min(text.size(), unit.size());
    const bool prefixed =
        begin > 0 && text[begin - 1] == 'm' && equals_ignoring_case(text.substr(begin), unit);
    if (!prefixed) continue;
    if (text.substr(begin) != unit) return std::nullopt;
    const auto value = parse_scaled(std::string(text.substr(0, begin - 1)) + std::string(unit), scales);
    return value ? std::optional{Joules{*value * milli}} : std::nullopt;
  }
  const auto value = parse_scaled(text, scales);
  return value ? std::optional{Joules{*value}} : std::nullopt;
}

std::optional<Seconds> parse_duration(std::string_view text) {
  static constexpr std::array<Scale, 8> scales{
      {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
  const auto value = parse_scaled(text, scales);
  return value ? std::optional{Seconds{*value}} : std::nullopt;
}

std::string to_text(Joules energy) {
  return with_prefix(energy.value(), "J");
}
std::string to_text(Watts power) {
  return with_prefix(power.value(), "W");
}
std::string to_text(KilowattHours energy) {
  return with_prefix(energy.value() * 1e3, "Wh");
}
std::string to_text(GramsCO2e mass) {
  return with_prefix(mass.value(), "g CO2e");
}

std::string to_text(Seconds duration) {
  const double s = duration.value();
  if (!std::isfinite(s)) return "unknown";
  if (std::abs(s) < 59.95) return with_prefix(s, "s");
  const auto whole = std::llround(std::abs(s));
  const std::string sign = s < 0 ? "-" : "";
  if (whole < 3600) return fmt::format("{}{} min {:02} s", sign, whole / 60, whole % 60);
  return fmt::format("{}{} h {:02} min", sign, whole / 3600, whole % 3600 / 60);
}

}  // namespace joulecast
