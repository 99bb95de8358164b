// Writes JSON objects without their unknown values.
// Internal to the module, because it includes the whole JSON library.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/units.hpp"

namespace joulecast::formats {

using nlohmann::ordered_json;

/// Writes a value unless it is empty or unknown. Whole numbers have no decimal point.
class Writer {
 public:
  void operator()(const char* key, const std::string& value) { put_unless_empty(key, value); }
  void operator()(const char* key, bool value) { json_[key] = value; }
  void operator()(const char* key, double value) { json_[key] = number(value); }
  void operator()(const char* key, std::uint64_t value) { json_[key] = value; }
  template <class Tag>
  void operator()(const char* key, Unit<Tag> value) {
    json_[key] = number(value.value());
  }
  void operator()(const char* key, int value) { json_[key] = value; }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum value) { json_[key] = std::string(name_of(value)); }
  template <class Value>
  void operator()(const char* key, const std::optional<Value>& value) {
    if (value) (*this)(key, *value);
  }
  template <class Value>
  void operator()(const char* key, const std::vector<Value>& value) {
    put_unless_empty(key, value);
  }
  template <class Value>
  void operator()(const char* key, const std::map<std::string, Value>& value) {
    put_unless_empty(key, value);
  }
  void put(const char* key, ordered_json value) {
    if (!value.empty()) json_[key] = std::move(value);
  }
  [[nodiscard]] ordered_json take() { return std::move(json_); }
  [[nodiscard]] static ordered_json number(double value) {
    if (std::trunc(value) == value && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
    return value;
  }

 private:
  template <class Value>
  void put_unless_empty(const char* key, const Value& value) {
    if (!value.empty()) json_[key] = value;
  }
  ordered_json json_ = ordered_json::object();
};

}  // namespace joulecast::formats
