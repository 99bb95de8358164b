// Whether two quantities rise together.
#pragma once

#include "stats/sample.hpp"

namespace joulecast::stats {

struct Correlation {
  double value = 0;    ///< -1..1
  double p_value = 0;  ///< two-sided, of no association
  bool exact = false;  ///< p from the permutation distribution
};

// All: x and y of one length, n >= 3, neither constant.

/// Linear; p by Student's t, which assumes normal data.
[[nodiscard]] Result<Correlation> pearson(Sample x, Sample y);
/// Pearson's on midranks; p exact for n <= 9 without ties, else by Student's t with n - 2 degrees of freedom.
[[nodiscard]] Result<Correlation> spearman(Sample x, Sample y);
/// Tau-b in O(n log n) (Knight 1966); p exact for n <= 50 without ties, else normal with the variance under
/// ties.
[[nodiscard]] Result<Correlation> kendall(Sample x, Sample y);

}  // namespace joulecast::stats
