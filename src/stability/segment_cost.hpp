// Squared residuals of any stretch of a series around its mean or its line, each in O(1) after O(n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::stability {

class SegmentCost {
 public:
  explicit SegmentCost(std::span<const double> series);
  [[nodiscard]] std::size_t size() const { return sum_.size() - 1; }
  [[nodiscard]] double mean(std::size_t begin, std::size_t end) const;
  /// Sum of (x - mean)^2 over [begin, end); 0 where it is empty.
  [[nodiscard]] double around_mean(std::size_t begin, std::size_t end) const;
  /// Sum of squared residuals of the least-squares line over [begin, end).
  [[nodiscard]] double around_line(std::size_t begin, std::size_t end) const;

 private:
  double centre_ = 0;
  std::vector<long double> sum_, squares_, moment_;  // of x - centre, of its square, of t (x - centre)
};

/// Standard deviation of the noise, from the median of |x[i+1] - x[i]| (scaled as for normal noise), which
/// changes of level do not affect. Where more than half of the steps are 0 (a coarse meter), from their mean
/// square instead. 0 for a constant series.
[[nodiscard]] double noise_deviation(std::span<const double> series);

}  // namespace joulecast::stability
