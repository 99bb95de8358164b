// Tests whether groups have equal variances.
#pragma once

#include "stats/sample.hpp"

namespace joulecast::stats {

enum class Centre { mean, median, trimmed };

struct Levene {
  double statistic = 0;
  double df1 = 0;
  double df2 = 0;
  double p_value = 0;
};

/// Levene's test; with the median it is Brown and Forsythe's. `trimmed` cuts 5 % from both ends of each group
/// first, as scipy does. Each group n >= 2; invalid where no group varies. Robust to non-normality with the
/// median.
[[nodiscard]] Result<Levene> levene(Samples groups, Centre centre = Centre::median);

}  // namespace joulecast::stats
