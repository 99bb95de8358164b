// Values in JSON, where what is not known is null, never 0 or "".
#pragma once

#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/units.hpp"

namespace joulecast::report {

/// NaN and infinity are not JSON.
template <std::floating_point T>
nlohmann::ordered_json or_null(T value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}
/// In the unit's base: J, W, s.
template <class Tag>
nlohmann::ordered_json or_null(Unit<Tag> value) {
  return or_null(value.value());
}
inline nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}
template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::integral<T>)
    return *value;
  else
    return or_null(*value);
}

}  // namespace joulecast::report
