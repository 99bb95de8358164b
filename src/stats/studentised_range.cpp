#include "stats/studentised_range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double normal_density(double z) {
  return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
}

/// P(range of k standard normals > w) = k * integral of phi(z) * [Phi(z)^(k-1) - (Phi(z) - Phi(z-w))^(k-1)]
/// dz: z is the largest value; the bracket, of two nearly equal powers, is taken as -a^m * expm1(m *
/// log1p(-d/a)).
double range_sf(double w, double k) {
  if (w <= 0) return 1;
  if (w > 60) return 0;  // below exp(-w^2 / 4), the machine's range
  constexpr double step = 0.1;
  const double power = k - 1;
  double total = 0;
  double largest = 0;
  // The integrand lives between the maximum of k normals (w small) and z near w/2 and above (w large).
  for (double z = -8.5; z < w + 9; z += step) {
    const double below = normal_cdf(z);
    const double outside = normal_cdf(z - w);
    const double share = std::min(1.0, outside / below);
    const double term = normal_density(z) * std::exp(power * std::log(below)) *
                        -std::expm1(share < 1 ? power * std::log1p(-share) : -1e300);
    total += term;
    largest = std::max(largest, term);
    if (z > w / 2 + 1 && term < largest * 1e-18) break;
  }
  return std::min(1.0, k * step * total);
}

/// log of the density of u = log(s), s = chi_df / sqrt(df).
double log_density_of_log_s(double u, double df) {
  return std::numbers::ln2 + df / 2 * std::log(df / 2) - std::lgamma(df / 2) + df * u -
         df / 2 * std::exp(2 * u);
}

}  // namespace

double studentised_range_sf(double q, double groups, double df) {
  if (!(groups >= 2) || !(df >= 1) || std::isnan(q)) return nan;
  if (q <= 0) return 1;
  if (std::isinf(q)) return 0;
  if (df > 1e6) return range_sf(q, groups);
  const auto term = [&](double u) {
    return std::exp(log_density_of_log_s(u, df)) * range_sf(q * std::exp(u), groups);
  };
  // Where the density times the tail (about exp(-q^2 s^2 / 4)) is largest; then outwards until nothing is
  // added.
  const double peak = 0.5 * std::log(df / (df + q * q / 2));
  const double step = 0.25 / std::sqrt(2 * df + 1);
  double total = term(peak);
  double largest = total;
  for (const double direction : {-1.0, 1.0}) {
    for (int i = 1; i < 4000; ++i) {
      const double value = term(peak + direction * i * step);
      total += value;
      largest = std::max(largest, value);
      if (value < largest * 1e-16 && i > 20) break;
    }
  }
  return std::min(1.0, total * step);
}

double studentised_range_quantile_sf(double tail, double groups, double df) {
  if (!(tail > 0 && tail < 1)) return nan;
  double low = 0;
  double high = 1;
  while (studentised_range_sf(high, groups, df) > tail && high < 1e8) {
    low = high;
    high *= 2;
  }
  // Regula falsi on the logarithm of the tail (Illinois), which is nearly a straight line.
  double at_low = -std::log(tail);
  double at_high = std::log(studentised_range_sf(high, groups, df) / tail);
  if (low > 0) at_low = std::log(studentised_range_sf(low, groups, df) / tail);
  double middle = high;
  int side = 0;
  for (int i = 0; i < 100 && high - low > 1e-11 * high; ++i) {
    middle = (low * at_high - high * at_low) / (at_high - at_low);
    const double value = std::log(studentised_range_sf(middle, groups, df) / tail);
    if (std::abs(value) < 1e-13) break;
    if (value > 0) {
      low = middle;
      at_low = value;
      if (side == 1) at_high /= 2;
      side = 1;
    } else {
      high = middle;
      at_high = value;
      if (side == -1) at_low /= 2;
      side = -1;
    }
  }
  return middle;
}

}  // namespace joulecast::stats
