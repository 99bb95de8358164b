// Reads JSON objects key by key and reports the line of an error.
// Internal to the module, because it includes the whole JSON library.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "formats/support/damage.hpp"

namespace joulecast::formats {

using nlohmann::ordered_json;

/// Takes known keys out of a JSON object. The first key of the wrong type is the error. Keys that were not
/// taken are left over.
class Fields {
 public:
  Fields(ordered_json object, std::string_view text, const std::string& file)
      : object_(std::move(object)), text_(text), file_(file) {}

  void take(const char* key, std::string& out) {
    if (const auto value = extract(key); value.is_string())
      out = value.get<std::string>();
    else
      refuse_unless(value.is_null(), key, "a text");
  }
  /// For a key that others may use differently: if its value is not a text, it stays among the unknown keys.
  void take_if_text(const char* key, std::string& out) {
    const auto found = object_.find(key);
    if (found != object_.end() && found->is_string()) take(key, out);
  }
  void take(const char* key, bool& out) {
    if (const auto value = extract(key); value.is_boolean())
      out = value.get<bool>();
    else
      refuse_unless(value.is_null(), key, "true or false");
  }
  void take(const char* key, std::optional<double>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || (value.is_number() && std::isfinite(value.get<double>())), key,
                  "a number");
    if (value.is_number()) out = value.get<double>();
  }
  void take(const char* key, std::optional<int>& out) {
    std::optional<double> number;
    take(key, number);
    if (!number) return;
    refuse_unless(std::trunc(*number) == *number && std::abs(*number) <= 2e9, key, "a whole number");
    if (!error_) out = static_cast<int>(*number);
  }
  void take(const char* key, double& out) {
    std::optional<double> number;
    take(key, number);
    out = number.value_or(out);
  }
  void take(const char* key, std::uint64_t& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_number_unsigned(), key, "a whole number from 0");
    if (value.is_number_unsigned()) out = value.get<std::uint64_t>();
  }
  template <class Tag>
  void take(const char* key, Unit<Tag>& out) {
    double number = out.value();
    take(key, number);
    out = Unit<Tag>{number};
  }
  template <class Tag>
  void take(const char* key, std::optional<Unit<Tag>>& out) {
    std::optional<double> number;
    take(key, number);
    if (number) out = Unit<Tag>{*number};
  }
  void take(const char* key, std::map<std::string, double>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object of numbers");
    if (!value.is_object()) return;
    for (const auto& [name, number] : value.items()) {
      refuse_unless(number.is_null() || number.is_number(), key, "an object of numbers");
      if (number.is_number()) out[name] = number.get<double>();
    }
  }
  void take(const char* key, std::map<std::string, std::string>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object of texts");
    if (!value.is_object()) return;
    for (const auto& [name, text] : value.items()) {
      refuse_unless(text.is_string(), key, "an object of texts");
      if (text.is_string()) out[name] = text.get<std::string>();
    }
  }
  void take(const char* key, std::vector<std::string>& out) {
    for (const auto& text : list(key)) {
      refuse_unless(text.is_string(), key, "a list of texts");
      if (text.is_string()) out.push_back(text.get<std::string>());
    }
  }
  void take(const char* key, std::vector<int>& out) {
    for (const auto& number : list(key)) {
      const bool whole = number.is_number() && std::abs(number.get<double>()) <= 2e9;
      refuse_unless(whole, key, "a list of whole numbers");
      if (whole) out.push_back(static_cast<int>(number.get<double>()));
    }
  }
  /// Reads the name of an enum value with one of the *_from functions.
  template <class Enum>
  void take(const char* key, Enum& out, std::optional<Enum> (*from)(std::string_view)) {
    std::string name;
    take(key, name);
    if (name.empty()) return;
    const auto value = from(name);
    refuse_unless(value.has_value(), key, "a known name");
    out = value.value_or(out);
  }
  [[nodiscard]] std::vector<ordered_json> list(const char* key) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_array(), key, "a list");
    return value.is_array() ? value.get<std::vector<ordered_json>>() : std::vector<ordered_json>{};
  }
  /// The fields of an inner object. `absorb` adds its errors to this object's.
  [[nodiscard]] Fields object(const char* key) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object");
    return {value.is_object() ? value : ordered_json::object(), text_, file_};
  }
  [[nodiscard]] Fields entry(const ordered_json& value, const char* key) {
    refuse_unless(value.is_object(), key, "a list of objects");
    return {value.is_object() ? value : ordered_json::object(), text_, file_};
  }
  void absorb(const Fields& inner) {
    if (!error_) error_ = inner.error_;
  }

  void put_back(const char* key, const std::string& value) { object_[key] = value; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::string rest() const { return object_.empty() ? "" : object_.dump(); }

 private:
  ordered_json extract(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) return nullptr;
    ordered_json value = std::move(*found);
    object_.erase(found);
    return value;
  }
  void refuse_unless(bool right, const char* key, std::string_view wanted) {
    if (right || error_) return;
    const auto at = text_.find(fmt::format("\"{}\"", key));
    const auto before = text_.substr(0, std::min(at, text_.size()));
    const auto line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    error_ = Error{ErrorKind::malformed, fmt::format("{} is not {}", key, wanted), place(file_, line)};
  }

  ordered_json object_;
  std::string_view text_;
  const std::string& file_;
  std::optional<Error> error_;
};

}  // namespace joulecast::formats
