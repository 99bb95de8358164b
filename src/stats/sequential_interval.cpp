#include "stats/sequential_interval.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The mean is looked at when there are this many times the values of the look before.
constexpr double look_growth = 1.3;

std::vector<std::size_t> looks_at_mean(std::size_t minimum, std::size_t maximum) {
  std::vector<std::size_t> looks;
  for (std::size_t n = minimum; n < maximum;
       n = std::max(n + 1, static_cast<std::size_t>(std::ceil(look_growth * static_cast<double>(n)))))
    looks.push_back(n);
  looks.push_back(maximum);
  return looks;
}

}  // namespace

Result<SequentialInterval> SequentialInterval::make(Location centre, std::size_t minimum, std::size_t maximum,
                                                    double alpha) {
  if (minimum < 2) return fail_field("minimum", "must be at least 2, not {}", minimum);
  if (maximum < minimum || maximum > most_looks)
    return fail_field("maximum", "must be {} (the minimum) to {}, not {}", minimum, most_looks, maximum);
  if (!(alpha > 0 && alpha < 1)) return fail_field("level", "must lie between 0 and 1");
  SequentialInterval interval;
  interval.centre_ = centre;
  if (centre == Location::median)
    interval.plan_ranks(minimum, maximum, alpha);
  else
    interval.plan_quantiles(minimum, maximum, alpha);
  return interval;
}

/// The interval at look n misses above the median when fewer than r of n values lie below it. `walking` holds
/// the chances of each count among the walks that have not missed so far; each look takes as many of the
/// smallest counts as half of what alpha allows by then. The other side is the same by symmetry, and both
/// together miss at most as often as the sum (which also holds for ties, where the counts below and above
/// are no longer each other's rest).
void SequentialInterval::plan_ranks(std::size_t minimum, std::size_t maximum, double alpha) {
  ranks_.assign(maximum + 1, 0);
  std::vector<double> walking(maximum + 2, 0.0);
  walking[0] = 1;
  double spent = 0;
  std::size_t rank = 0;  // counts below it have missed
  for (std::size_t n = 1; n <= maximum; ++n) {
    for (std::size_t count = n; count > rank; --count)
      walking[count] = 0.5 * (walking[count] + walking[count - 1]);
    walking[rank] *= 0.5;
    if (n < minimum) continue;
    const double allowed = 0.5 * alpha * static_cast<double>(n) / static_cast<double>(maximum);
    while (2 * (rank + 1) <= n && spent + walking[rank] <= allowed) {
      spent += walking[rank];
      walking[rank++] = 0;
    }
    ranks_[n] = rank;
  }
}

void SequentialInterval::plan_quantiles(std::size_t minimum, std::size_t maximum, double alpha) {
  quantiles_.assign(maximum + 1, nan);
  double spent = 0;
  for (const auto n : looks_at_mean(minimum, maximum)) {
    const double allowed = alpha * static_cast<double>(n) / static_cast<double>(maximum);
    quantiles_[n] = student_t_quantile(1 - (allowed - spent) / 2, static_cast<double>(n - 1));
    spent = allowed;
  }
}

std::size_t SequentialInterval::rank_at(std::size_t n) const {
  return n < ranks_.size() ? ranks_[n] : 0;
}

std::optional<double> SequentialInterval::quantile_at(std::size_t n) const {
  if (n >= quantiles_.size() || std::isnan(quantiles_[n])) return std::nullopt;
  return quantiles_[n];
}

std::optional<Range> SequentialInterval::at(std::span<const double> sorted) const {
  const auto n = sorted.size();
  if (centre_ == Location::median) {
    const auto rank = rank_at(n);
    if (rank == 0) return std::nullopt;
    return Range{sorted[rank - 1], sorted[n - rank]};
  }
  const auto quantile = quantile_at(n);
  if (!quantile) return std::nullopt;
  const double half = *quantile * sample_sd(sorted) / std::sqrt(static_cast<double>(n));
  return Range{mean(sorted) - half, mean(sorted) + half};
}

std::optional<std::size_t> SequentialInterval::first_interval() const {
  const auto n = std::max(ranks_.size(), quantiles_.size());
  for (std::size_t look = 0; look < n; ++look)
    if (rank_at(look) > 0 || quantile_at(look)) return look;
  return std::nullopt;
}

}  // namespace joulecast::stats
