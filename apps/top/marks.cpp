#include "top/marks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace joulecast::top {
namespace {

constexpr std::array<std::string_view, 8> steps{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> ascii_steps{"_", ".", ",", "-", "=", "+", "*", "#"};

}  // namespace

std::string bar(double share, int width, bool unicode) {
  const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * std::max(width, 0)));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? (unicode ? "█" : "#") : (unicode ? "░" : "-");
  return text;
}

std::string sparkline(const PowerHistory::Series& series, int width, bool unicode) {
  const auto shown = std::min(series.size(), static_cast<std::size_t>(std::max(width, 0)));
  const auto first = series.end() - static_cast<std::ptrdiff_t>(shown);
  double highest = 0;
  for (auto at = first; at != series.end(); ++at)
    if (*at) highest = std::max(highest, (*at)->value());
  std::string text(static_cast<std::size_t>(std::max(width, 0)) - shown, ' ');
  for (auto at = first; at != series.end(); ++at) {
    if (!*at) {
      text += ' ';
      continue;
    }
    const double share = highest > 0 ? std::clamp((*at)->value() / highest, 0.0, 1.0) : 0;
    const auto step = static_cast<std::size_t>(std::lround(share * (steps.size() - 1)));
    text += (unicode ? steps : ascii_steps)[step];
  }
  return text;
}

}  // namespace joulecast::top
