#include "formats/support/number_style.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr std::size_t digits_of_a_group = 3;

/// What stands between thousands where the comma stands before decimals: a blank may be one that does not
/// break, or a narrow one.
constexpr std::array<std::string_view, 6> grouping{".", " ", "\u00a0", "\u202f", "'", "\u2019"};

std::size_t digits_at(std::string_view text, std::size_t at) {
  const auto end = std::min(text.find_first_not_of("0123456789", at), text.size());
  return end - std::min(at, end);
}

std::size_t sign_length(std::string_view cell) {
  return cell.starts_with('-') || cell.starts_with('+') ? 1 : 0;
}

/// Whether what follows a number's digits can only be a unit, or nothing.
bool ends_number(std::string_view text, std::size_t at) {
  return at >= text.size() || (text[at] != ',' && text[at] != '.' && !is_digit(text[at]));
}

/// "200", "12.5 W".
bool is_number_without_comma(std::string_view cell) {
  auto at = sign_length(cell);
  const auto whole = digits_at(cell, at);
  at += whole;
  if (whole == 0) return false;
  if (at < cell.size() && cell[at] == '.') at += 1 + digits_at(cell, at + 1);
  const auto unit = trim(cell.substr(at));
  return std::ranges::none_of(unit, [](char c) { return is_digit(c) || c == ',' || c == ':' || c == '.'; });
}

/// "1,234,567" or "1,234.5".
bool has_grouping_commas(std::string_view cell) {
  auto at = sign_length(cell);
  const auto first = digits_at(cell, at);
  if (first == 0 || first > digits_of_a_group || cell[at] == '0') return false;
  at += first;
  std::size_t groups = 0;
  for (; at < cell.size() && cell[at] == ','; at += 1 + digits_of_a_group, ++groups)
    if (digits_at(cell, at + 1) != digits_of_a_group) return false;
  if (groups == 0) return false;
  return groups > 1 || (at < cell.size() && cell[at] == '.' && digits_at(cell, at + 1) > 0);
}

}  // namespace

bool has_decimal_comma(std::string_view cell) {
  auto at = sign_length(cell);
  const auto whole = digits_at(cell, at);
  at += whole;
  if (whole == 0 || at >= cell.size() || cell[at] != ',') return false;
  const auto decimals = digits_at(cell, at + 1);
  return decimals > 0 && cell.find(',', at + 1) == std::string_view::npos &&
         ends_number(cell, at + 1 + decimals);
}

bool has_ambiguous_comma(std::string_view cell) {
  cell = trim(cell);
  const auto begin = sign_length(cell);
  const auto whole = digits_at(cell, begin);
  return has_decimal_comma(cell) && cell[begin] != '0' && whole <= digits_of_a_group &&
         digits_at(cell, begin + whole + 1) == digits_of_a_group;
}

std::string without_grouping(std::string_view cell) {
  const auto comma = cell.find(',');
  if (comma == std::string_view::npos) return std::string(cell);
  const auto begin = sign_length(cell);
  for (const auto sign : grouping) {
    auto at = begin + digits_at(cell, begin);
    if (at == begin || at > begin + digits_of_a_group || cell.substr(at, sign.size()) != sign) continue;
    auto plain = std::string(cell.substr(0, at));
    while (at < comma && cell.substr(at, sign.size()) == sign &&
           digits_at(cell, at + sign.size()) == digits_of_a_group) {
      plain += cell.substr(at + sign.size(), digits_of_a_group);
      at += sign.size() + digits_of_a_group;
    }
    if (at == comma) return plain + std::string(cell.substr(comma));
  }
  return std::string(cell);
}

void CommaWitness::see(std::size_t column, std::string_view cell) {
  cell = trim(cell);
  const auto plain = without_grouping(cell);
  if (has_grouping_commas(cell))
    thousands_ = true;
  else if (has_decimal_comma(plain) && (plain != cell || !has_ambiguous_comma(cell)))
    decimals_ = true;
  else if (has_ambiguous_comma(cell))
    ambiguous_.insert(column);
  else if (is_number_without_comma(cell))
    without_.insert(column);
}

/// Who writes three decimals writes them in every number of a column.
CommaWitness::Says CommaWitness::says() const {
  if (decimals_ != thousands_) return decimals_ ? Says::decimals : Says::thousands;
  const bool some_without =
      std::ranges::all_of(ambiguous_, [&](auto column) { return without_.contains(column); });
  return !ambiguous_.empty() && some_without && !decimals_ ? Says::thousands : Says::nothing;
}

}  // namespace joulecast::formats
