// Small text tools that every layer needs. Numbers are read and written without the locale.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/units.hpp"

namespace joulecast {

[[nodiscard]] std::string_view trim(std::string_view text);
/// Views into `text`, which has to outlive them: a temporary string is refused.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
template <class Temporary>
requires std::same_as<std::remove_const_t<Temporary>, std::string> std::vector<std::string_view> split(
    Temporary&& text, char separator)
= delete;
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
/// Removes the byte order mark that some editors put before a file's first character.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

/// The whole text as a finite number. Nothing if it is empty, if something follows the number, or for nan and
/// inf.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_uint(std::string_view text);

/// "2kWh", "500 Wh", "3.6MJ", "1200 J"; a bare number has no unit and is refused.
[[nodiscard]] std::optional<Joules> parse_energy(std::string_view text);
/// "90s", "1.5 min", "8h", "100ms"; a bare number is seconds.
[[nodiscard]] std::optional<Seconds> parse_duration(std::string_view text);

// For display: three significant digits and a suitable prefix.
[[nodiscard]] std::string to_text(Joules energy);     ///< "1.23 kJ", "4.56 MJ"
[[nodiscard]] std::string to_text(Watts power);       ///< "87.1 W", "1.20 kW"
[[nodiscard]] std::string to_text(Seconds duration);  ///< "0.532 s", "4 min 07 s", "2 h 05 min"
[[nodiscard]] std::string to_text(KilowattHours energy);
[[nodiscard]] std::string to_text(GramsCO2e mass);  ///< "12.3 g CO2e", "4.56 kg CO2e"

}  // namespace joulecast
