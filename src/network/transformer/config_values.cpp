#include "network/transformer/config_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::network {

const nlohmann::json* ConfigValues::find(std::string_view key) const {
  const auto found = json_.find(std::string(key));
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool ConfigValues::is_list(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_array();
}

void ConfigValues::complain(std::string_view key, std::string_view reason) {
  if (!error_) error_ = Error{ErrorKind::malformed, fmt::format("'{}' {}", key, reason), origin_};
}

std::optional<std::int64_t> ConfigValues::whole(const nlohmann::json& value, std::string_view key) {
  // Products of three of them stay within 64 bits.
  constexpr double largest = 1 << 20;
  const double number = value.is_number() ? value.get<double>() : -1;
  if (number >= 0 && number <= largest && number == std::floor(number))
    return static_cast<std::int64_t>(number);
  complain(key, fmt::format("must be a whole number from 0 to {:.0f}", largest));
  return std::nullopt;
}

std::int64_t ConfigValues::size(std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (const auto* value = find(key)) {
      const auto number = whole(*value, key);
      if (number && *number < 1) complain(key, "must be at least 1");
      return std::max<std::int64_t>(number.value_or(1), 1);
    }
  complain(*keys.begin(), "is missing");
  return 1;
}

std::optional<std::int64_t> ConfigValues::number(std::string_view key) {
  const auto* value = find(key);
  return value == nullptr ? std::nullopt : whole(*value, key);
}

std::int64_t ConfigValues::number(std::string_view key, std::int64_t fallback) {
  return number(key).value_or(fallback);
}

std::int64_t ConfigValues::length(std::string_view key) {
  constexpr double most = 1 << 20;
  const auto* value = find(key);
  if (value == nullptr) return 0;
  if (value->is_number()) return static_cast<std::int64_t>(std::clamp(value->get<double>(), 0.0, most));
  complain(key, "must be a number");
  return 0;
}

bool ConfigValues::flag(std::string_view key, bool fallback) {
  const auto* value = find(key);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  complain(key, "must be true or false");
  return fallback;
}

std::string ConfigValues::text(std::string_view key, const std::string& fallback) {
  const auto* value = find(key);
  if (value == nullptr) return fallback;
  if (value->is_string()) return value->get<std::string>();
  complain(key, "must be a text");
  return fallback;
}

std::vector<std::int64_t> ConfigValues::numbers(std::string_view key) {
  std::vector<std::int64_t> result;
  const auto* value = find(key);
  if (value == nullptr) return result;
  if (!value->is_array()) {
    complain(key, "must be a list of whole numbers");
    return result;
  }
  for (const auto& item : *value)
    if (const auto number = whole(item, key)) result.push_back(*number);
  return result;
}

std::vector<std::string> ConfigValues::texts(std::string_view key) {
  std::vector<std::string> result;
  const auto* value = find(key);
  if (value == nullptr) return result;
  if (value->is_string()) {
    const auto joined = value->get<std::string>();
    for (const auto part : split(joined, '|')) result.emplace_back(part);
    return result;
  }
  if (!value->is_array()) {
    complain(key, "must be a list of texts");
    return result;
  }
  for (const auto& item : *value)
    if (item.is_string())
      result.push_back(item.get<std::string>());
    else
      complain(key, "must be a list of texts");
  return result;
}

std::optional<std::int64_t> ConfigValues::count(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_object() || value->is_array()) return static_cast<std::int64_t>(value->size());
  complain(key, "must be a list or an object");
  return std::nullopt;
}

const nlohmann::json* ConfigValues::object(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr || value->is_object()) return value;
  complain(key, "must be an object");
  return nullptr;
}

}  // namespace joulecast::network
