// Adjusted p-values for many tests at once.
#pragma once

#include <span>
#include <vector>

namespace joulecast::stats {

enum class Adjustment {
  holm,                ///< family-wise error, any dependence; never weaker than Bonferroni
  bonferroni,          ///< family-wise error
  benjamini_hochberg,  ///< false discovery rate, under independence or positive dependence
};

/// Adjusted p-values in the order of the input, at most 1 (R's p.adjust).
[[nodiscard]] std::vector<double> adjust_p_values(std::span<const double> p_values, Adjustment adjustment);

}  // namespace joulecast::stats
