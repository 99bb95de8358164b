// Values in JSON. An unknown value is null, never 0 or "".
#pragma once

#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/units.hpp"

namespace joulecast::report {

/// NaN and infinity become null, because JSON has no such numbers.
[[nodiscard]] nlohmann::ordered_json or_null(double value);
[[nodiscard]] nlohmann::ordered_json or_null(const std::string& text);
/// An integer is never unknown, and as a double it would be written as 1.0.
template <std::integral T>
nlohmann::ordered_json or_null(T value) = delete;
/// In base units: J, W, s.
template <class Tag>
[[nodiscard]] nlohmann::ordered_json or_null(Unit<Tag> value) {
  return or_null(value.value());
}
template <class T>
[[nodiscard]] nlohmann::ordered_json or_null(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::integral<T>)
    return *value;
  else
    return or_null(*value);
}

/// Formats JSON with an indent of two. Bytes that are not UTF-8, as in a file name in another encoding, are
/// replaced, so that they do not spoil the whole output. Characters that control a terminal are escaped.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

}  // namespace joulecast::report
