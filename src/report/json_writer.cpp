#include "report/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t indent = 2;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
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
  const auto begin = text_.size();
  fmt::format_to(std::back_inserter(text_), "{}",
                 number);  // the fewest digits that are read as the same number
  if (text_.find_first_of(".e", begin) == std::string::npos) text_ += ".0";
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
