#include "report/phrases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulecast::report {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string amount(double value) {
  constexpr double largest_whole = 1e15;
  if (value != std::floor(value) || std::abs(value) > largest_whole) return fmt::format("{:.4g}", value);
  auto digits = fmt::format("{:.0f}", value);
  for (auto i = static_cast<int>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string plural_of(const std::string& unit) {
  if (unit == "percent") return "%";
  if (unit.empty() || unit == "work") return "units";
  return unit.ends_with('s') ? unit : unit + "s";
}

std::string percent(double share) {
  const double value = 100 * share;
  if (value > 0 && value < 0.5) return "< 1 %";
  // 99.7 % must not be shown as 100 %.
  return fmt::format("{:.0f} %", share < 1 ? std::min(value, 99.0) : value);
}

std::string money_text(const session::Money& money) {
  // Two digits that say something, and no power of ten: 0.0000077 EUR.
  const bool is_small = money.amount > 1e-12 && money.amount < 0.1;
  const int decimals = is_small ? 1 - static_cast<int>(std::floor(std::log10(money.amount))) : 2;
  const auto text = fmt::format("{:.{}f}", money.amount, decimals);
  return money.currency.empty() ? text : text + " " + money.currency;
}

}  // namespace joulecast::report
