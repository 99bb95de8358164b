// Midranks: tied values share the mean of the ranks they take together.
#pragma once

#include "stats/sample.hpp"

namespace joulecast::stats {

struct Ranked {
  std::vector<double> ranks;  ///< 1..n, in the order of the input
  double tie_sum = 0;         ///< sum of t^3 - t over every run of t equal values
  [[nodiscard]] bool has_ties() const { return tie_sum > 0; }
};
[[nodiscard]] Ranked midranks(Sample values);

/// Ranks over all groups together, summed by group.
struct RankSums {
  std::vector<double> sums;
  std::vector<std::size_t> sizes;
  double tie_sum = 0;
  std::size_t n = 0;
  [[nodiscard]] double mean_rank(std::size_t group) const {
    return sums[group] / static_cast<double>(sizes[group]);
  }
};
[[nodiscard]] RankSums rank_sums(Samples groups);

}  // namespace joulecast::stats
