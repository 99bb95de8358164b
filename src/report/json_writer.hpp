// Writes JSON piece by piece, in the form of json_text(). For answers of many thousands of rows,
// whose values would take several times as long to collect as to write.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace joulecast::report {

class JsonWriter {
 public:
  explicit JsonWriter(std::size_t likely_size = 0) { text_.reserve(likely_size); }
  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  /// Of an object's next member, which is a plain word of ASCII.
  void key(std::string_view name);

  void null();
  void value(std::string_view text);
  /// NaN and infinity become null.
  void value(double number);
  template <std::integral T>
  void value(T number) {
    separate();
    if constexpr (std::same_as<T, bool>)
      put(number ? "true" : "false");
    else if constexpr (std::signed_integral<T>)
      put_signed(number);
    else
      put_unsigned(number);
  }
  template <class Tag>
  void value(Unit<Tag> number) {
    value(number.value());
  }
  template <class T>
  void value(const std::optional<T>& known) {
    known ? value(*known) : null();
  }
  template <class T>
  void member(std::string_view name, const T& given) {
    key(name);
    value(given);
  }
  /// "" becomes null.
  void member_or_null(std::string_view name, std::string_view text) {
    key(name);
    text.empty() ? null() : value(text);
  }

  /// Once everything is closed.
  [[nodiscard]] std::string text() &&;

 private:
  void begin(char sign);
  void end(char sign);
  void separate();
  void put_line();
  void put(std::string_view text) { text_ += text; }
  void put_signed(long long number);
  void put_unsigned(unsigned long long number);

  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;  ///< of what is open
  bool has_key_ = false;  ///< of the value that comes
};

}  // namespace joulecast::report
