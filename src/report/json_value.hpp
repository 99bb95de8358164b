// Values in JSON. An unknown value is null, never 0 or "".
#pragma once

#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/printable.hpp"
#include "base/units.hpp"

namespace joulecast::report {

/// NaN and infinity become null, because JSON has no such numbers. Not for integers, which would be written
/// as 1.0.
template <std::floating_point T>
nlohmann::ordered_json or_null(T value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}
/// In base units: J, W, s.
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

/// Formats JSON with an indent of two. Bytes that are not UTF-8, as in a file name in another encoding, are
/// replaced, so that they do not spoil the whole output. Characters that control a terminal are escaped.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return printable_json(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

}  // namespace joulecast::report
