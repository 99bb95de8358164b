// How many repetitions are needed (statistical power, not watts).
#pragma once

#include <cstddef>

#include "base/result.hpp"

namespace joulecast::stats {

struct PowerWish {
  double alpha = 0.05;
  double power = 0.8;  ///< chance of detecting the effect if it exists
};

/// Chance that a two-sided two-sample t test with n values per group detects a difference of `effect`
/// standard deviations.
[[nodiscard]] double power_of_t_test(double n, double effect, double alpha);
/// The same for a one-way analysis of variance; effect = sd of the group means / sd within (Cohen's f).
[[nodiscard]] double power_of_anova(double groups, double n, double effect, double alpha);

/// Smallest n a group (>= 2); invalid where effect is 0 or more than 1e6 repetitions would be needed.
[[nodiscard]] Result<std::size_t> repetitions_for_t_test(double effect, PowerWish wish = {});
[[nodiscard]] Result<std::size_t> repetitions_for_anova(double groups, double effect, PowerWish wish = {});

/// An upper bound on the n that a rank test needs if the t test needs n: n / 0.864. This is its lowest
/// asymptotic relative efficiency over all distributions (Hodges and Lehmann 1956).
[[nodiscard]] std::size_t repetitions_for_rank_test(std::size_t n_of_t_test);

}  // namespace joulecast::stats
