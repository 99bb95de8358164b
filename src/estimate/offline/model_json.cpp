#include "estimate/offline/model_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace joulecast::estimate {
namespace {

const nlohmann::ordered_json nothing;

bool all_numbers(const nlohmann::ordered_json& array) {
  if (!array.is_array()) return false;
  for (const auto& value : array)
    if (!value.is_number()) return false;
  return true;
}

void write_readable(const nlohmann::ordered_json& json, int depth, std::string& text) {
  const auto plain = [](const nlohmann::ordered_json& value) { return value.is_primitive(); };
  if (json.is_primitive() || json.empty() ||
      (json.is_array() && std::all_of(json.begin(), json.end(), plain))) {
    text += json.dump();
    return;
  }
  text += json.is_object() ? "{" : "[";
  bool first = true;
  for (const auto& [key, value] : json.items()) {
    text += first ? "\n" : ",\n";
    first = false;
    text.append(static_cast<std::size_t>(depth) + 1, ' ');
    if (json.is_object()) text += nlohmann::ordered_json(key).dump() + ": ";
    write_readable(value, depth + 1, text);
  }
  text += "\n";
  text.append(static_cast<std::size_t>(depth), ' ');
  text += json.is_object() ? "}" : "]";
}

}  // namespace

std::string readable_text(const nlohmann::ordered_json& json) {
  std::string text;
  write_readable(json, 0, text);
  return text + "\n";
}

double rounded(double value) {
  constexpr double digits = 7;
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10, digits - 1 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) ? std::round(value * scale) / scale : value;
}

nlohmann::ordered_json numbers_of(std::span<const double> values) {
  auto array = nlohmann::ordered_json::array();
  for (const double value : values) array.push_back(rounded(value));
  return array;
}

std::string text_of(std::span<const double> values) {
  std::string text;
  for (const double value : values)
    fmt::format_to(std::back_inserter(text), "{}{:.7g}", text.empty() ? "" : " ", value);
  return text;
}

std::optional<std::vector<double>> numbers_in(std::string_view text, std::size_t count) {
  std::vector<double> numbers;
  numbers.reserve(count);
  const char *at = text.data(), *const end = at + text.size();
  while (at != end) {
    if (!numbers.empty() && *at++ != ' ') return std::nullopt;
    double value = 0;
    const auto [after, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || !std::isfinite(value) || numbers.size() == count) return std::nullopt;
    numbers.push_back(value);
    at = after;
  }
  if (numbers.size() != count) return std::nullopt;
  return numbers;
}

JsonReader::JsonReader(const nlohmann::ordered_json& json, std::string where)
    : json_(json), where_(std::move(where)) {
  if (!json.is_object()) error_ = Error{ErrorKind::malformed, "is not a JSON object", where_};
}

void JsonReader::refuse(std::string_view key, std::string_view why) {
  if (!error_) error_ = Error{ErrorKind::malformed, fmt::format("'{}' {}", key, why), where_};
}

const nlohmann::ordered_json& JsonReader::member(std::string_view key) {
  if (!json_.is_object()) return nothing;
  const auto found = json_.find(std::string(key));
  return found == json_.end() ? nothing : *found;
}

double JsonReader::number(std::string_view key) {
  const auto& value = member(key);
  if (value.is_number()) return value.get<double>();
  refuse(key, "is not a number");
  return 0;
}

int JsonReader::count(std::string_view key) {
  constexpr double most = 1e9;
  const double value = number(key);
  if (value >= 0 && value <= most && std::trunc(value) == value) return static_cast<int>(value);
  refuse(key, "is not a number of things");
  return 0;
}

std::string JsonReader::text(std::string_view key) {
  const auto& value = member(key);
  if (value.is_string()) return value.get<std::string>();
  refuse(key, "is not a text");
  return {};
}

std::vector<std::string> JsonReader::texts(std::string_view key) {
  std::vector<std::string> result;
  const auto& array = member(key);
  if (!array.is_array()) refuse(key, "is not a list of texts");
  for (const auto& value : array) {
    if (!value.is_string()) {
      refuse(key, "is not a list of texts");
      break;
    }
    result.push_back(value.get<std::string>());
  }
  return result;
}

std::vector<double> JsonReader::numbers(std::string_view key) {
  const auto& array = member(key);
  if (all_numbers(array)) return array.get<std::vector<double>>();
  refuse(key, "is not a list of numbers");
  return {};
}

std::vector<std::vector<double>> JsonReader::rows(std::string_view key, std::size_t columns) {
  const auto& rows = member(key);
  if (!rows.is_array()) {
    refuse(key, "is not a list of rows");
    return {};
  }
  std::vector<std::vector<double>> result;
  for (const auto& row : rows) {
    if (!all_numbers(row) || row.size() != columns) {
      refuse(key, fmt::format("has a row that is not {} numbers", columns));
      return {};
    }
    result.push_back(row.get<std::vector<double>>());
  }
  return result;
}

std::vector<std::vector<double>> JsonReader::text_rows(std::string_view key, std::size_t columns) {
  const auto& rows = member(key);
  if (!rows.is_array()) refuse(key, "is not a list of rows");
  std::vector<std::vector<double>> result;
  for (const auto& row : rows) {
    auto numbers = row.is_string() ? numbers_in(row.get_ref<const std::string&>(), columns) : std::nullopt;
    if (!numbers) {
      refuse(key, fmt::format("has a row that is not a text of {} numbers", columns));
      return {};
    }
    result.push_back(std::move(*numbers));
  }
  return result;
}

}  // namespace joulecast::estimate
