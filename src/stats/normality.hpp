// Is a sample normal?
#pragma once

#include "stats/sample.hpp"

namespace joulecast::stats {

struct ShapiroWilk {
  double w = 0;
  double p_value = 0;
};

constexpr std::size_t shapiro_wilk_most = 5000;

/// Shapiro and Wilk's W with Royston's approximation of coefficients and p-value (AS R94, Applied Statistics
/// 44, 1995). `sorted` ascending, 3 <= n <= 5000, not constant. Assumes independent values; ties lower W a
/// little.
[[nodiscard]] Result<ShapiroWilk> shapiro_wilk(Sample sorted);

}  // namespace joulecast::stats
