// Numbers of JSON that others wrote. nlohmann's own get<int>() is undefined for 1e10, and wraps for 2^40.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace joulecast {

/// The number, towards zero where `Number` is whole; nothing where the value is no number, or too large for
/// it.
template <class Number, class Json>
[[nodiscard]] std::optional<Number> number_of(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    return value.template get<Number>();
  } else if (value.is_number_unsigned()) {
    const auto number = value.template get<std::uint64_t>();
    return std::in_range<Number>(number) ? std::optional(static_cast<Number>(number)) : std::nullopt;
  } else if (value.is_number_integer()) {
    const auto number = value.template get<std::int64_t>();
    return std::in_range<Number>(number) ? std::optional(static_cast<Number>(number)) : std::nullopt;
  } else {
    using Limits = std::numeric_limits<Number>;
    const auto number = std::trunc(value.template get<double>());
    const bool fits =
        number >= static_cast<double>(Limits::min()) && number < std::ldexp(1.0, Limits::digits);
    return fits ? std::optional(static_cast<Number>(number)) : std::nullopt;
  }
}

}  // namespace joulecast
