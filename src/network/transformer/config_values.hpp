// The keys of one configuration, read with their defaults; internal to the module.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::network {

/// Every accessor records the first error and then returns its fallback. A key whose value is null is absent.
class ConfigValues {
 public:
  ConfigValues(const nlohmann::json& json, std::string origin) : json_(json), origin_(std::move(origin)) {}

  /// A size that the configuration must state, under one of several names.
  std::int64_t size(std::initializer_list<std::string_view> keys);
  std::int64_t size(std::string_view key) { return size({key}); }
  /// A whole number of at least 0.
  std::int64_t number(std::string_view key, std::int64_t fallback);
  std::optional<std::int64_t> number(std::string_view key);
  /// A length that nothing is built from: any number; clamped to 2^20; 0 where the key is absent.
  std::int64_t length(std::string_view key);
  bool flag(std::string_view key, bool fallback);
  std::string text(std::string_view key, const std::string& fallback);
  /// Whole numbers; empty where the key is absent.
  std::vector<std::int64_t> numbers(std::string_view key);
  [[nodiscard]] bool is_list(std::string_view key) const;
  /// Texts; old files join them by "|".
  std::vector<std::string> texts(std::string_view key);
  /// Entries of an object or a list: of "id2label" the number of classes.
  std::optional<std::int64_t> count(std::string_view key);
  /// An object within, with errors of its own: nothing where the key is absent.
  const nlohmann::json* object(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  void complain(std::string_view key, std::string_view reason);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
  std::optional<std::int64_t> whole(const nlohmann::json& value, std::string_view key);

  const nlohmann::json& json_;
  std::string origin_;
  std::optional<Error> error_;
};

}  // namespace joulecast::network
