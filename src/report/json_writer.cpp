#include "report/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t indent = 2;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// The shortest digits that are read as the same number, and the place of the point among them.
struct Decimal {
  std::array<char, 32> digits{};
  int count = 0;
  int point = 0;
};

Decimal decimal_of(double positive) {
  std::array<char, 32> text{};
  const auto made =
      std::to_chars(text.data(), text.data() + text.size(), positive, std::chars_format::scientific);
  Decimal decimal;
  const auto* at = text.data();
  for (; at != made.ptr && *at != 'e'; ++at)
    if (*at != '.') decimal.digits[static_cast<std::size_t>(decimal.count++)] = *at;
  decimal.point = 1 + std::atoi(at + 1);
  return decimal;
}

/// As nlohmann/json writes them: with a point, and with an exponent where there would be many zeros.
void put_positive(std::string& text, double number) {
  constexpr int most_places = 15, most_zeros = 3;
  const auto decimal = decimal_of(number);
  const std::string_view digits(decimal.digits.data(), static_cast<std::size_t>(decimal.count));
  const auto zeros = [&](int count) { text.append(static_cast<std::size_t>(count), '0'); };
  const auto places = static_cast<std::size_t>(std::max(decimal.point, 0));
  if (decimal.count <= decimal.point && decimal.point <= most_places) {
    text += digits;
    zeros(decimal.point - decimal.count);
    text += ".0";
  } else if (decimal.point > 0 && decimal.point <= most_places) {
    text.append(digits.substr(0, places)).append(1, '.').append(digits.substr(places));
  } else if (decimal.point <= 0 && decimal.point >= -most_zeros) {
    text += "0.";
    zeros(-decimal.point);
    text += digits;
  } else {
    const int exponent = decimal.point - 1;
    text += digits.front();
    if (digits.size() > 1) text.append(1, '.').append(digits.substr(1));
    fmt::format_to(std::back_inserter(text), "e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
}

}  // namespace

void JsonWriter::put_line() {
  text_ += '\n';
  text_.append(indent * depth_, ' ');
}

void JsonWriter::separate() {
  if (has_key_) {
    has_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!is_first_) text_ += ',';
  is_first_ = false;
  put_line();
}

void JsonWriter::begin(char sign) {
  separate();
  text_ += sign;
  ++depth_;
  is_first_ = true;
}

void JsonWriter::end(char sign) {
  --depth_;
  if (!is_first_) put_line();
  text_ += sign;
  is_first_ = false;
}

void JsonWriter::key(std::string_view name) {
  separate();
  text_.append(1, '"').append(name).append("\": ");
  has_key_ = true;
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::value(std::string_view text) {
  separate();
  if (is_plain(text)) {
    text_.append(1, '"').append(text).append(1, '"');
    return;
  }
  const nlohmann::json escaped(text);
  text_ += printable_json(escaped.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  if (std::signbit(number)) text_ += '-';
  if (number == 0)
    text_ += "0.0";
  else
    put_positive(text_, std::abs(number));
}

void JsonWriter::put_signed(long long number) {
  const fmt::format_int digits(number);
  text_.append(digits.data(), digits.size());
}

void JsonWriter::put_unsigned(unsigned long long number) {
  const fmt::format_int digits(number);
  text_.append(digits.data(), digits.size());
}

std::string JsonWriter::text() && {
  text_ += '\n';
  return std::move(text_);
}

}  // namespace joulecast::report
