// The figure behind a metric's name, in the many ways in which figures are written.
#pragma once

#include <cctype>
#include <cstddef>
#include <optional>
#include <string_view>

namespace joulecast::progress {

inline bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
inline bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
inline bool has_digit(std::string_view word) {
  return word.find_first_of("0123456789") != std::string_view::npos;
}
inline bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '/' || c == '@' || c == '-' || c == '.';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Reads from a place in a line on.
struct Cursor {
  std::string_view line;
  std::size_t at = 0;

  [[nodiscard]] char peek() const { return at < line.size() ? line[at] : '\0'; }
  [[nodiscard]] char after_next() const { return at + 1 < line.size() ? line[at + 1] : '\0'; }
  std::size_t skip_blanks() {
    const auto begin = at;
    while (is_blank(peek())) ++at;
    return at - begin;
  }
  bool skip(std::string_view text) {
    if (!line.substr(at).starts_with(text)) return false;
    at += text.size();
    return true;
  }
  bool skip_quote() { return skip("'") || skip("\""); }
  std::string_view take_digits() {
    const auto begin = at;
    while (is_digit(peek())) ++at;
    return line.substr(begin, at - begin);
  }
  /// "-1.5e-3".
  std::string_view take_number() {
    const auto begin = at;
    if (peek() == '-' || peek() == '+') ++at;
    auto digits = take_digits().size();
    if (peek() == '.') {
      ++at;
      digits += take_digits().size();
    }
    if (digits == 0) {
      at = begin;
      return {};
    }
    const auto mantissa = at;
    if (peek() == 'e' || peek() == 'E') {
      ++at;
      if (peek() == '-' || peek() == '+') ++at;
      if (take_digits().empty()) at = mantissa;
    }
    return line.substr(begin, at - begin);
  }
};

/// How a figure is written, which decides whether a blank before it will do.
struct Figure {
  double value = 0;
  bool is_percent = false;
  bool plainly_one = false;  ///< "0.31", "91%", "3e-4", "388/400 (97%)": no count, no number of an epoch
  std::size_t end = 0;
};

/// What stands between a name and its figure: ": ", "=", " ", " (%): ", " value: ", " is ".
[[nodiscard]] std::optional<Figure> take_value(Cursor cursor);

/// The set that stands between a name and its figure: " on the test set". Goes to its end.
[[nodiscard]] std::optional<std::string_view> take_set_behind(Cursor& cursor);

/// Whether a unit of time follows.
[[nodiscard]] bool is_a_duration(std::string_view after);

}  // namespace joulecast::progress
