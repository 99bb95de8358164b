#include "report/pictures/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace joulecast::report {
namespace {

/// 1, 2 or 5 times a power of ten, near `raw`.
double nice_step(double raw) {
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double digit = raw / power;
  return (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10) * power;
}

/// "1e7" for "1e+07"
std::string with_short_exponent(std::string text) {
  const auto at = text.find('e');
  if (at == std::string::npos) return text;
  auto digits = at + 1;
  if (text[digits] == '+') text.erase(digits, 1);
  if (text[digits] == '-') ++digits;
  while (digits + 1 < text.size() && text[digits] == '0') text.erase(digits, 1);
  return text;
}

/// Plain digits as far as they are easily read: 10000, 0.001.
std::string power_label(double value) {
  const bool plain = value >= 1e-4 && value < 1e6;
  return with_short_exponent(plain ? fmt::format("{:.7g}", value) : fmt::format("{:.4g}", value));
}

/// Uses as many decimals as the step needs, and powers of ten if plain digits would be long.
std::string label_of(double value, double step) {
  const double size = std::max(std::abs(value), step);
  if (value != 0 && (size >= 1e6 || step < 1e-5)) return with_short_exponent(fmt::format("{:.4g}", value));
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value == 0 ? 0.0 : value, decimals);
}

std::vector<Tick> linear_ticks(double low, double high, int wanted) {
  const double step = nice_step((high - low) / std::max(1, wanted));
  std::vector<Tick> ticks;
  const double slack = step * 1e-9;
  const double first = std::ceil((low - slack) / step);
  for (double k = first; k * step <= high + slack && ticks.size() < 100; ++k) {
    ticks.push_back({k * step, label_of(k * step, step)});
  }
  return ticks;
}

/// Ticks at these digits times every `stride`-th power of ten.
std::vector<Tick> ticks_at(double low, double high, std::span<const double> digits, int stride) {
  std::vector<Tick> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int e = first; e <= last; ++e) {
    if ((e - first) % stride != 0) continue;
    for (const double digit : digits) {
      const double value = digit * std::pow(10.0, e);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
        ticks.push_back({value, power_label(value)});
    }
  }
  return ticks;
}

std::vector<Tick> decade_ticks(double low, double high, int wanted) {
  static constexpr std::array digits{1.0, 2.0, 5.0};
  static constexpr std::array few_digits{1.0, 3.0};
  const auto most = static_cast<std::size_t>(std::max(1, wanted));
  if (auto ticks = ticks_at(low, high, digits, 1); ticks.size() <= most + most / 2) return ticks;
  if (auto ticks = ticks_at(low, high, few_digits, 1); ticks.size() <= most + 1) return ticks;
  const double decades = std::log10(high) - std::log10(low);  // high / low may be infinite
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, wanted))));
  return ticks_at(low, high, std::span(digits).first(1), stride);
}

}  // namespace

std::vector<Tick> nice_ticks(double low, double high, int wanted, bool logarithmic) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) return {};
  if (!logarithmic || low <= 0) return linear_ticks(low, high, wanted);
  auto ticks = decade_ticks(low, high, wanted);
  return ticks.size() >= 3 ? ticks
                           // less than a decade: evenly spaced round numbers
                           : linear_ticks(low, high, wanted);
}

bool Scale::possible(double value) const {
  return std::isfinite(value) && (!axis_.logarithmic || value > 0);
}

double Scale::transformed(double value) const {
  return axis_.logarithmic ? std::log(value) : value;
}

void Scale::include(double value) {
  // keeps the difference of the range's ends finite
  if (!possible(value) || std::abs(value) > 1e300) return;
  low_ = any_ ? std::min(low_, value) : value;
  high_ = any_ ? std::max(high_, value) : value;
  any_ = true;
}

void Scale::include(std::span<const double> values) {
  for (const double value : values) include(value);
}

void Scale::finish() {
  if (!any_) {
    low_ = axis_.logarithmic ? 1 : 0;
    high_ = axis_.logarithmic ? 10 : 1;
  }
  const double width = transformed(high_) - transformed(low_);
  const bool flat = !(width > 0);
  if (axis_.logarithmic) {
    const double factor = flat ? 2 : std::exp(width * 0.05);
    low_ /= factor;
    high_ *= factor;
  } else {
    const double air = flat ? std::max(std::abs(low_) * 0.1, 0.5) : width * 0.05;
    const bool touches_zero =
        // Amounts are never negative, so the axis does not extend below 0.
        low_ >= 0 && low_ - air < 0;
    low_ = touches_zero ? 0 : low_ - air;
    high_ += air;
  }
  if (axis_.min && possible(*axis_.min) && *axis_.min < high_) low_ = *axis_.min;
  if (axis_.max && possible(*axis_.max) && *axis_.max > low_) high_ = *axis_.max;
}

bool Scale::shows(double value) const {
  return possible(value) && value >= low_ && value <= high_;
}

double Scale::position(double value) const {
  if (!possible(value)) return std::numeric_limits<double>::quiet_NaN();
  const double from = transformed(low_);
  return std::clamp((transformed(value) - from) / (transformed(high_) - from), 0.0, 1.0);
}

std::vector<Tick> Scale::ticks(int wanted) const {
  const int whole_numbers = static_cast<int>(std::min(1e6, std::floor(high_) - std::ceil(low_) + 1));
  const bool few = axis_.whole && wanted > whole_numbers;
  auto ticks = nice_ticks(low_, high_, few ? whole_numbers : wanted, axis_.logarithmic);
  if (axis_.whole)
    std::erase_if(ticks, [](const Tick& tick) { return tick.value != std::round(tick.value); });
  for (auto& tick : ticks)
    if (axis_.whole) tick.label = fmt::format("{:.0f}", tick.value == 0 ? 0.0 : tick.value);
  return ticks;
}

}  // namespace joulecast::report
