#include "report/run_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace joulecast::report {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string percent(double share) {
  const double value = 100 * share;
  if (value > 0 && value < 0.5) return "< 1 %";
  // 99.7 % must not be shown as 100 %.
  return fmt::format("{:.0f} %", share < 1 ? std::min(value, 99.0) : value);
}

}  // namespace joulecast::report
