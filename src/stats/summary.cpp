#include "stats/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace joulecast::stats {
namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
}

double sum(std::span<const double> values) {
  double total = 0;
  double lost = 0;
  for (const double value : values) {
    const double next = total + value;
    lost += std::abs(total) >= std::abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  return total + lost;
}

double mean(std::span<const double> values) {
  return values.empty() ? nan : sum(values) / static_cast<double>(values.size());
}

double sample_variance(std::span<const double> values) {
  if (values.size() < 2) return nan;
  const double centre = mean(values);
  double squares = 0;
  double rest = 0;  // the rounding of the mean, taken out again
  for (const double value : values) {
    const double d = value - centre;
    squares += d * d;
    rest += d;
  }
  const auto n = static_cast<double>(values.size());
  return std::max(0.0, squares - rest * rest / n) / (n - 1);
}

double sample_sd(std::span<const double> values) {
  return std::sqrt(sample_variance(values));
}

double quantile_sorted(std::span<const double> sorted, double p) {
  if (sorted.empty() || !(p >= 0 && p <= 1)) return nan;
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return std::lerp(sorted[below], sorted[below + 1], at - static_cast<double>(below));
}

double median_sorted(std::span<const double> sorted) {
  return quantile_sorted(sorted, 0.5);
}

double median(std::vector<double> values) {
  if (values.empty()) return nan;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double median_absolute_deviation(std::span<const double> sorted) {
  const double centre = median_sorted(sorted);
  std::vector<double> distances(sorted.size());
  std::transform(sorted.begin(), sorted.end(), distances.begin(),
                 [&](double x) { return std::abs(x - centre); });
  return median(std::move(distances));
}

double trimmed_mean_sorted(std::span<const double> sorted, double proportion) {
  const auto cut = static_cast<std::size_t>(proportion * static_cast<double>(sorted.size()));
  if (2 * cut >= sorted.size()) return nan;
  return mean(sorted.subspan(cut, sorted.size() - 2 * cut));
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

Summary summarise_sorted(std::span<const double> sorted) {
  if (sorted.empty()) return {0, nan, nan, nan, nan, nan, nan, nan};
  return {sorted.size(),
          mean(sorted),
          sample_sd(sorted),
          sorted.front(),
          quantile_sorted(sorted, 0.25),
          median_sorted(sorted),
          quantile_sorted(sorted, 0.75),
          sorted.back()};
}

Range median_interval_sorted(std::span<const double> sorted, double level) {
  const auto n = sorted.size();
  // The largest r with P(Binomial(n, 1/2) < r) <= (1 - level)/2: the r-th value from each end bounds the
  // median.
  const double tail = (1 - level) / 2;
  if (n == 0 || !(std::ldexp(1.0, -static_cast<int>(std::min<std::size_t>(n, 1000))) <= tail))
    return {nan, nan};
  const boost::math::binomial_distribution<double> half(static_cast<double>(n), 0.5);
  std::size_t low = 1;
  std::size_t high = (n + 1) / 2;
  while (low < high) {  // P(X <= r-1) grows with r
    const auto r = (low + high + 1) / 2;
    if (boost::math::cdf(half, static_cast<double>(r - 1)) <= tail)
      low = r;
    else
      high = r - 1;
  }
  return {sorted[low - 1], sorted[n - low]};
}

}  // namespace joulecast::stats
