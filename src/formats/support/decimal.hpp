// Reads decimal numbers in the form that instruments write ("243.17"), exactly and fast.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>

namespace joulecast::formats {

constexpr bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

namespace detail {
constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline const char* read_any_number(const char* begin, const char* end, double& value) {
  const auto [rest, error] = std::from_chars(begin, end, value);
  return error == std::errc{} && std::isfinite(value) ? rest : nullptr;
}
}  // namespace detail

/// Reads the finite number at the front of [begin, end) and returns the position after it; nullptr if there
/// is no number. A number of up to 15 digits without an exponent is read as an integer and divided by a power
/// of ten. This is exact if both are exact doubles (Clinger 1990). All others use std::from_chars, so that
/// the result is always the nearest double.
inline const char* read_number(const char* begin, const char* end, double& value) {
  const char* p = begin;
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  const char* const digits = p;
  std::uint64_t mantissa = 0;
  while (p != end && is_digit(*p)) mantissa = mantissa * 10 + static_cast<unsigned>(*p++ - '0');
  auto count = p - digits;
  std::ptrdiff_t decimals = 0;
  if (p != end && *p == '.') {
    const char* const point = p++;
    while (p != end && is_digit(*p)) mantissa = mantissa * 10 + static_cast<unsigned>(*p++ - '0');
    decimals = p - point - 1;
    count += decimals;
  }
  if (count == 0 || count > 15 || (p != end && (*p == 'e' || *p == 'E')))
    return detail::read_any_number(begin, end, value);
  const double magnitude = static_cast<double>(mantissa) / detail::powers_of_ten[decimals];
  value = negative ? -magnitude : magnitude;
  return p;
}

}  // namespace joulecast::formats
