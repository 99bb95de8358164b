// The size of a difference. Effects are reported before p-values.
#pragma once

#include <string_view>

#include "stats/sample.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {

struct Effect {
  double value = 0;
  Range interval;  ///< at the level asked for
};

/// Cliff's delta: P(a > b) - P(a < b), in O(n log n). Interval: Cliff 1996's asymmetric one from the unbiased
/// variance of the dominances (normal quantile); where the samples do not overlap at all (delta = +-1, its
/// variance then 0), the other end is Newcombe's (2006, method 5) for the same area.
[[nodiscard]] Result<Effect> cliffs_delta(Sample a_sorted, Sample b_sorted, double level = 0.95);

/// Hedges' g: (mean(a) - mean(b)) / pooled sd, with the exact small-sample correction. Interval: large-sample
/// variance (Hedges and Olkin 1985). invalid where neither sample varies.
[[nodiscard]] Result<Effect> hedges_g(Sample a, Sample b, double level = 0.95);

// Words for sizes. They are conventions, no more: Romano et al. 2006 for delta (0.147, 0.33, 0.474), Cohen
// 1988 for the others (d 0.2, 0.5, 0.8; eta squared 0.01, 0.06, 0.14).
[[nodiscard]] std::string_view magnitude_of_delta(double delta);
[[nodiscard]] std::string_view magnitude_of_d(double d);
[[nodiscard]] std::string_view magnitude_of_eta_squared(double eta_squared);

}  // namespace joulecast::stats
