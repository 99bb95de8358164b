#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "network/description_machine.hpp"
#include "network/expression.hpp"

namespace joulecast::network {

Arguments::Arguments(const Statement& statement, const std::map<std::string, double>& local,
                     const std::map<std::string, double>& global, const Tensor& current)
    : statement_(statement), local_(local), global_(global), current_(current) {}

void Arguments::complain(const Error& error) {
  if (!error_) error_ = error;
}

Result<double> Arguments::number(std::string_view expression) const {
  return evaluate(expression, [&](std::string_view name) -> std::optional<double> {
    const std::string key(name);
    if (const auto found = local_.find(key); found != local_.end()) return found->second;
    if (const auto found = global_.find(key); found != global_.end()) return found->second;
    const auto& shape = current_.shape;
    const auto at = [&](std::size_t i) {
      return i < shape.size() ? std::optional<double>(shape[i]) : std::nullopt;
    };
    if (name == "channels" || name == "tokens") return at(0);
    if (name == "height") return at(1);
    if (name == "width") return at(2);
    if (name == "features" && !shape.empty()) return static_cast<double>(shape.back());
    return std::nullopt;
  });
}

std::int64_t Arguments::whole(std::string_view expression, std::int64_t fallback) {
  constexpr double largest = 1 << 20;
  const auto value = number(expression);
  if (!value) {
    complain(value.error());
  } else if (*value != std::floor(*value) || *value < 0 || *value > largest) {
    complain({ErrorKind::invalid,
              fmt::format("'{}' is {}, not a whole number up to {}", expression, *value, largest), ""});
  } else {
    return static_cast<std::int64_t>(*value);
  }
  return fallback;
}

Shape Arguments::sides(std::string_view text, std::int64_t fallback) {
  const bool literal = text.find('x') != std::string_view::npos &&
                       text.find_first_not_of("0123456789x") == std::string_view::npos;
  if (!literal) return {whole(text, fallback)};
  Shape result;
  for (const auto part : split(text, 'x')) result.push_back(whole(part, fallback));
  return result;
}

std::string Arguments::next_word(std::string_view what) {
  for (std::size_t i = 0; i < statement_.values.size(); ++i)
    if (used_values_.insert(i).second) return statement_.values[i];
  complain({ErrorKind::invalid, fmt::format("'{}' needs {}", statement_.word, what), ""});
  return "1";
}

std::int64_t Arguments::next(std::string_view what) {
  const auto value = whole(next_word(what), 1);
  if (value < 1)
    complain({ErrorKind::invalid, fmt::format("{} of '{}' must be at least 1", what, statement_.word), ""});
  return std::max<std::int64_t>(value, 1);
}

std::int64_t Arguments::next_or(std::int64_t fallback) {
  return used_values_.size() == statement_.values.size() ? fallback : next("a number");
}

double Arguments::next_number(std::string_view what) {
  const auto value = number(next_word(what));
  if (value) return *value;
  complain(value.error());
  return 1;
}

Shape Arguments::next_sides(std::string_view what) {
  constexpr std::int64_t largest_kernel = 64;
  auto result = sides(next_word(what), 1);
  for (auto& side : result) {
    if (side < 1 || side > largest_kernel)
      complain({ErrorKind::invalid,
                fmt::format("{} of '{}' must be 1 to {}", what, statement_.word, largest_kernel), ""});
    side = std::clamp<std::int64_t>(side, 1, largest_kernel);
  }
  return result;
}

std::optional<std::string> Arguments::text_option(std::string_view key) {
  const auto found = std::ranges::find(statement_.options, key, &std::pair<std::string, std::string>::first);
  if (found == statement_.options.end()) return std::nullopt;
  used_options_.insert(found->first);
  return found->second;
}

std::int64_t Arguments::option(std::string_view key, std::int64_t fallback) {
  const auto text = text_option(key);
  return text ? whole(*text, fallback) : fallback;
}

Shape Arguments::sides_option(std::string_view key, std::int64_t fallback) {
  const auto text = text_option(key);
  return text ? sides(*text, fallback) : Shape{fallback};
}

bool Arguments::flag(std::string_view word) {
  for (std::size_t i = 0; i < statement_.values.size(); ++i)
    if (statement_.values[i] == word && used_values_.insert(i).second) return true;
  return false;
}

Status Arguments::finish() const {
  if (error_) return propagate(*error_);
  for (std::size_t i = 0; i < statement_.values.size(); ++i)
    if (!used_values_.contains(i))
      return fail(ErrorKind::invalid, "", "'{}' takes no '{}'", statement_.word, statement_.values[i]);
  for (const auto& [key, value] : statement_.options)
    if (!used_options_.contains(key))
      return fail(ErrorKind::invalid, "", "'{}' has no option '{}'", statement_.word, key);
  return {};
}

}  // namespace joulecast::network
