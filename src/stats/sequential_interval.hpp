// Intervals that may be looked at after every new value: the chance that any of them, over all looks, misses
// the true value is at most alpha. So one may stop as soon as an interval is narrow enough, which would
// make a usual interval wrong more often than it says.
//
// Both kinds plan for a first and a last look (minimum and maximum values) and spend alpha between them
// (Lan and DeMets 1983): by look n, at most alpha * n / maximum is spent.
// - median: between two order statistics. Whether values lie below the median is a coin tossed for each, so
//   the ranks follow from a random walk, whose chance to cross a boundary is counted exactly. It assumes
//   independent values with one median, and no distribution. Ties can only widen it.
// - mean: Student's t at a share of alpha for each look, added up (Bonferroni), with looks ever further
//   apart, since every look costs. It assumes independent normal values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {

enum class Location { median, mean };

constexpr std::size_t most_looks = 10'000;

class SequentialInterval {
 public:
  /// 2 <= minimum <= maximum <= most_looks, 0 < alpha < 1; else invalid.
  [[nodiscard]] static Result<SequentialInterval> make(Location centre, std::size_t minimum,
                                                       std::size_t maximum, double alpha);

  /// Of the first values.size() values, at that look. Nothing where it is no look (below the minimum, between
  /// the looks of the mean, beyond the maximum) or the values are too few for any interval.
  [[nodiscard]] std::optional<Range> at(std::span<const double> sorted) const;

  /// The first look at which there is an interval at all; nothing where the maximum is too small for one.
  [[nodiscard]] std::optional<std::size_t> first_interval() const;
  /// Of the median: the interval reaches from the r-th value from below to the r-th from above; 0 = none.
  [[nodiscard]] std::size_t rank_at(std::size_t n) const;
  /// Of the mean: how many standard errors it reaches to each side; nothing where n is no look.
  [[nodiscard]] std::optional<double> quantile_at(std::size_t n) const;

 private:
  SequentialInterval() = default;
  void plan_ranks(std::size_t minimum, std::size_t maximum, double alpha);
  void plan_quantiles(std::size_t minimum, std::size_t maximum, double alpha);

  Location centre_ = Location::median;
  std::vector<std::size_t> ranks_;  ///< by n; 0 = no interval
  std::vector<double> quantiles_;   ///< by n; NaN = no look
};

}  // namespace joulecast::stats
