#include "serve/parameters.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"

namespace joulecast::serve {

const std::string* Parameters::only(std::string_view name) {
  known_.emplace(name);
  const std::string* found = nullptr;
  for (const auto& [key, value] : request_.query) {
    if (key != name) continue;
    if (found != nullptr) refuse(name, "is given twice");
    found = &value;
  }
  return found;
}

std::string Parameters::text(std::string_view name, std::string_view usual) {
  const auto* value = only(name);
  return value == nullptr ? std::string(usual) : *value;
}

std::optional<double> Parameters::number(std::string_view name, double least, double most) {
  const auto* value = only(name);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_double(*value);
  if (!number)
    refuse(name, "must be a number, not '{}'", *value);
  else if (!(*number >= least && *number <= most))
    refuse(name, "must be {:g} to {:g}, not {:g}", least, most, *number);
  return number;
}

std::optional<std::int64_t> Parameters::whole(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = only(name);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_int(*value);
  if (!number)
    refuse(name, "must be a whole number, not '{}'", *value);
  else if (*number < least || *number > most)
    refuse(name, "must be {} to {}, not {}", least, most, *number);
  return number;
}

bool Parameters::flag(std::string_view name) {
  return word(name, {"false", "true"}) == "true";
}

std::string Parameters::word(std::string_view name, const std::vector<std::string_view>& words) {
  const auto* value = only(name);
  if (value == nullptr) return std::string(words.front());
  if (std::ranges::find(words, *value) == words.end())
    refuse(name, "is one of {}, not '{}'", fmt::join(words, ", "), *value);
  return *value;
}

std::vector<std::string> Parameters::texts(std::string_view name, std::size_t most) {
  known_.emplace(name);
  std::vector<std::string> values;
  for (const auto& [key, value] : request_.query)
    if (key == name) values.push_back(value);
  if (values.size() > most) refuse(name, "is given {} times; {} are allowed", values.size(), most);
  return values;
}

std::vector<int> Parameters::wholes(std::string_view name, std::size_t most, int least, int largest) {
  std::vector<int> numbers;
  for (const auto& text : texts(name, most)) {
    const auto number = parse_int(text);
    if (!number || *number < least || *number > largest) {
      refuse(name, "must be a whole number of {} to {}, not '{}'", least, largest, text);
      return {};
    }
    numbers.push_back(static_cast<int>(*number));
  }
  return numbers;
}

Status Parameters::check() const {
  if (!status_) return status_;
  for (const auto& [name, value] : request_.query)
    if (!known_.contains(name)) return fail_field(name.empty() ? "?" : name, "there is no such parameter");
  return {};
}

}  // namespace joulecast::serve
