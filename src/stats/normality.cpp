#include "stats/normality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double value = 0;
  for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) value = value * x + *c;
  return value;
}

// The constants of AS R94.
constexpr std::array<double, 6> c1{0, .221157, -.147981, -2.07119, 4.434685, -2.706056};
constexpr std::array<double, 6> c2{0, .042981, -.293762, -1.752461, 5.682633, -3.582633};
constexpr std::array<double, 4> c3{.544, -.39978, .025054, -6.714e-4};
constexpr std::array<double, 4> c4{1.3822, -.77857, .062767, -.0020322};
constexpr std::array<double, 4> c5{-1.5861, -.31082, -.083751, .0038915};
constexpr std::array<double, 3> c6{-.4803, -.082676, .0030302};
constexpr std::array<double, 2> gamma_of_n{-2.273, .459};

/// Weights of the upper half of the order statistics, largest first.
std::vector<double> weights(std::size_t n) {
  const auto half = n / 2;
  if (n == 3) return {std::sqrt(0.5)};
  std::vector<double> scores(half);
  double squares = 0;
  for (std::size_t i = 0; i < half; ++i) {
    scores[i] = -normal_quantile((static_cast<double>(i) + 0.625) / (static_cast<double>(n) + 0.25));
    squares += 2 * scores[i] * scores[i];
  }
  const double norm = std::sqrt(squares);
  const double x = 1 / std::sqrt(static_cast<double>(n));
  std::vector<double> a(half);
  a[0] = polynomial(c1, x) + scores[0] / norm;
  std::size_t kept = 1;
  double left = squares - 2 * scores[0] * scores[0];
  double room = 1 - 2 * a[0] * a[0];
  if (n > 5) {
    a[1] = polynomial(c2, x) + scores[1] / norm;
    left -= 2 * scores[1] * scores[1];
    room -= 2 * a[1] * a[1];
    kept = 2;
  }
  const double factor = std::sqrt(left / room);
  for (std::size_t i = kept; i < half; ++i) a[i] = scores[i] / factor;
  return a;
}

double p_value_of(double one_minus_w, std::size_t n) {
  const auto size = static_cast<double>(n);
  if (n == 3) {
    const double p =
        6 / std::numbers::pi * (std::asin(std::sqrt(1 - one_minus_w)) - std::asin(std::sqrt(0.75)));
    return std::clamp(p, 0.0, 1.0);
  }
  double y = std::log(one_minus_w);
  if (n <= 11) {
    const double limit = polynomial(gamma_of_n, size);
    if (y >= limit) return 1e-99;  // AS R94's own floor: W is below what the approximation reaches
    y = -std::log(limit - y);
    return normal_sf((y - polynomial(c3, size)) / std::exp(polynomial(c4, size)));
  }
  const double log_n = std::log(size);
  return normal_sf((y - polynomial(c5, log_n)) / std::exp(polynomial(c6, log_n)));
}

}  // namespace

Result<ShapiroWilk> shapiro_wilk(Sample sorted) {
  if (auto status = check_sample("Shapiro-Wilk", sorted, 3); !status) return propagate(status.error());
  const auto n = sorted.size();
  if (n > shapiro_wilk_most)
    return fail(ErrorKind::invalid, "Shapiro-Wilk", "is defined up to n = 5000, has {}", n);
  const double range = sorted.back() - sorted.front();
  if (!(range > 0))
    return fail(ErrorKind::invalid, "Shapiro-Wilk", "all {} values are {}", n, sorted.front());

  const auto a = weights(n);
  double centre = 0;
  for (const double x : sorted) centre += (x - sorted.front()) / range;
  centre /= static_cast<double>(n);
  double aa = 0;
  double xx = 0;
  double ax = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t mirror = std::min(i, n - 1 - i);
    const double weight = mirror >= a.size() ? 0 : (i < n / 2 ? -a[mirror] : a[mirror]);
    const double deviation = (sorted[i] - sorted.front()) / range - centre;
    aa += weight * weight;
    xx += deviation * deviation;
    ax += weight * deviation;
  }
  // 1 - W as a product, so that a W near 1 keeps its digits.
  const double root = std::sqrt(aa * xx);
  const double one_minus_w = std::max((root - ax) * (root + ax) / (aa * xx), 0.0);
  return ShapiroWilk{1 - one_minus_w, one_minus_w > 0 ? p_value_of(one_minus_w, n) : 1.0};
}

}  // namespace joulecast::stats
