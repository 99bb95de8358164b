#include "network/expression.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <vector>

#include "base/text.hpp"

namespace joulecast::network {
namespace {

constexpr int deepest = 50;  // nested parentheses and calls; a description needs a handful

double round8(double value) {
  const double rounded = std::max(8.0, std::floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}

/// Recursive descent, one method for each level of precedence.
class Evaluator {
 public:
  Evaluator(std::string_view text, const Lookup& variable) : text_(text), variable_(variable) {}

  Result<double> whole() {
    auto value = comparison();
    if (value && at_ != text_.size()) return unreadable();
    if (value && !std::isfinite(*value))
      return fail(ErrorKind::invalid, "", "'{}' has no finite value", text_);
    return value;
  }

 private:
  [[nodiscard]] Failure unreadable() const { return fail(ErrorKind::invalid, "", "cannot read '{}'", text_); }

  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  Result<double> comparison() {
    auto left = sum();
    if (!left) return left;
    static constexpr std::array<std::string_view, 6> operators{"==", "!=", "<=", ">=", "<", ">"};
    for (std::size_t i = 0; i < operators.size(); ++i) {
      if (!take(operators[i])) continue;
      auto right = sum();
      if (!right) return right;
      const std::array<bool, 6> outcome{*left == *right, *left != *right, *left <= *right, *left >= *right,
                                        *left<*right, *left> * right};
      return outcome[i] ? 1 : 0;
    }
    return left;
  }

  Result<double> sum() {
    auto value = product();
    while (value) {
      const bool plus = take("+");
      if (!plus && !take("-")) break;
      auto next = product();
      if (!next) return next;
      *value += plus ? *next : -*next;
    }
    return value;
  }

  Result<double> product() {
    auto value = factor();
    while (value && at_ < text_.size()) {
      const char sign = text_[at_];
      if (sign != '*' && sign != '/' && sign != '%') break;
      ++at_;
      auto next = factor();
      if (!next) return next;
      *value = sign == '*' ? *value * *next : sign == '/' ? *value / *next : std::fmod(*value, *next);
    }
    return value;
  }

  Result<double> factor() {
    if (++depth_ > deepest)
      return fail(ErrorKind::invalid, "", "'{}' is nested too deeply", text_.substr(0, 40));
    auto value = unnested_factor();
    --depth_;
    return value;
  }

  Result<double> unnested_factor() {
    if (take("-")) {
      auto value = factor();
      if (value) *value = -*value;
      return value;
    }
    if (take("(")) {
      auto value = comparison();
      if (value && !take(")")) return unreadable();
      return value;
    }
    const auto word = take_while(
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; });
    if (word.empty()) return unreadable();
    if (std::isdigit(static_cast<unsigned char>(word.front()))) {
      const auto number = parse_double(word);
      if (!number) return unreadable();
      return *number;
    }
    if (take("(")) return call(word);
    if (auto value = variable_(word)) return *value;
    return fail(ErrorKind::invalid, "", "'{}' is not known here", word);
  }

  Result<double> call(std::string_view function) {
    std::vector<double> arguments;
    do {
      auto value = comparison();
      if (!value) return value;
      arguments.push_back(*value);
    } while (take(","));
    if (!take(")")) return unreadable();
    const auto takes = [&](std::string_view name, std::size_t count) {
      return function == name && arguments.size() == count;
    };
    if (takes("ceil", 1)) return std::ceil(arguments[0]);
    if (takes("floor", 1)) return std::floor(arguments[0]);
    if (takes("round8", 1)) return round8(arguments[0]);
    if (takes("min", 2)) return std::min(arguments[0], arguments[1]);
    if (takes("max", 2)) return std::max(arguments[0], arguments[1]);
    return fail(ErrorKind::invalid, "", "there is no function {} of {} values", function, arguments.size());
  }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    const auto begin = at_;
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  const Lookup& variable_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<double> evaluate(std::string_view expression, const Lookup& variable) {
  return Evaluator(expression, variable).whole();
}

}  // namespace joulecast::network
