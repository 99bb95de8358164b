// Centre, spread and quantiles of a sample. The names say which definition is used.
// Every function that orders needs its input sorted where the parameter says so; nothing here accepts NaN.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::stats {

/// Sum with Neumaier's compensation: exact to about one rounding whatever the order of size.
[[nodiscard]] double sum(std::span<const double> values);
/// NaN for an empty sample.
[[nodiscard]] double mean(std::span<const double> values);
/// Unbiased, divisor n-1, two passes with the correction of the mean; NaN for n < 2.
[[nodiscard]] double sample_variance(std::span<const double> values);
[[nodiscard]] double sample_sd(std::span<const double> values);

/// Hyndman and Fan's type 7 (R's and numpy's default): linear between order statistics. 0 <= p <= 1, NaN when
/// empty.
[[nodiscard]] double quantile_sorted(std::span<const double> sorted, double p);
[[nodiscard]] double median_sorted(std::span<const double> sorted);
[[nodiscard]] double median(std::vector<double> values);
/// Median of |x - median|, not scaled. NaN when empty.
[[nodiscard]] double median_absolute_deviation(std::span<const double> sorted);
/// Mean of what is left after cutting floor(proportion * n) values from each end (scipy's trim_mean).
[[nodiscard]] double trimmed_mean_sorted(std::span<const double> sorted, double proportion);

[[nodiscard]] std::vector<double> sorted(std::span<const double> values);

struct Summary {
  std::size_t n = 0;
  double mean = 0;
  double sd = 0;  ///< sample standard deviation; NaN for n < 2
  double min = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double max = 0;
};
/// Everything NaN for an empty sample, but n.
[[nodiscard]] Summary summarise_sorted(std::span<const double> sorted);

struct Range {
  double low = 0;
  double high = 0;
};

/// Distribution-free interval of the median between two order statistics, with at least the level asked for
/// (binomial, Conover 1999 section 3.2). For few values no such interval exists (n < 6 at 95 %): then low and
/// high are NaN.
[[nodiscard]] Range median_interval_sorted(std::span<const double> sorted, double level);

}  // namespace joulecast::stats
