#include "stability/segment_cost.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::stability {

SegmentCost::SegmentCost(std::span<const double> series) {
  const auto n = series.size();
  long double total = 0;
  for (const double x : series) total += x;
  centre_ = n == 0 ? 0 : static_cast<double>(total / static_cast<long double>(n));
  for (auto* sums : {&sum_, &squares_, &moment_}) sums->assign(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const long double x = series[i] - centre_;
    sum_[i + 1] = sum_[i] + x;
    squares_[i + 1] = squares_[i] + x * x;
    moment_[i + 1] = moment_[i] + static_cast<long double>(i) * x;
  }
}

double SegmentCost::mean(std::size_t begin, std::size_t end) const {
  if (begin == end) return centre_;
  return centre_ + static_cast<double>((sum_[end] - sum_[begin]) / static_cast<long double>(end - begin));
}

double SegmentCost::around_mean(std::size_t begin, std::size_t end) const {
  if (begin == end) return 0;
  const long double sum = sum_[end] - sum_[begin];
  const long double cost =
      squares_[end] - squares_[begin] - sum * sum / static_cast<long double>(end - begin);
  return std::max(0.0, static_cast<double>(cost));
}

double SegmentCost::around_line(std::size_t begin, std::size_t end) const {
  if (end - begin < 3) return 0;
  const auto length = static_cast<long double>(end - begin);
  const long double middle = static_cast<long double>(begin) + (length - 1) / 2;
  const long double slope_part = moment_[end] - moment_[begin] - middle * (sum_[end] - sum_[begin]);
  const long double spread = length * (length * length - 1) / 12;
  return std::max(0.0, around_mean(begin, end) - static_cast<double>(slope_part * slope_part / spread));
}

double noise_deviation(std::span<const double> series) {
  if (series.size() < 2) return 0;
  std::vector<double> steps(series.size() - 1);
  double squares = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = std::abs(series[i + 1] - series[i]);
    squares += steps[i] * steps[i];
  }
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  constexpr double normal_quartile = 0.6744897501960817;
  if (*middle > 0) return *middle / (normal_quartile * std::sqrt(2.0));
  return std::sqrt(squares / static_cast<double>(2 * steps.size()));
}

}  // namespace joulecast::stability
