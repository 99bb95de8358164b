// Two factors crossed (architecture x environment): does each matter, and does one change the other's effect?
#pragma once

#include <cstdint>

#include "stats/sample.hpp"

namespace joulecast::stats {

/// Values with their levels of two factors; levels count from 0, every combination has at least one value.
struct TwoFactors {
  std::vector<double> values;
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::size_t levels_a = 0;
  std::size_t levels_b = 0;
};

struct FactorEffect {
  double statistic = 0;  ///< F, or H for Scheirer-Ray-Hare
  double df = 0;
  double p_value = 0;
  /// SS / (SS + SS_residual); for Scheirer-Ray-Hare eta squared, SS / SS_total
  double partial_eta_squared = 0;
};
struct FactorialResult {
  FactorEffect a;
  FactorEffect b;
  FactorEffect interaction;
  double residual_df = 0;
};

/// Two-way analysis of variance with type III sums of squares (each effect on equal footing whatever the cell
/// sizes). Assumes normal residuals of one variance. invalid where a cell is empty, no cell has two values,
/// or nothing varies.
[[nodiscard]] Result<FactorialResult> factorial_anova(const TwoFactors& data);

/// Aligned rank transform (Wobbrock, Findlater, Gergle and Higgins 2011): for each effect the values are
/// stripped of the other effects, ranked and analysed as above, and only that effect is read. Tests
/// interactions without normality.
[[nodiscard]] Result<FactorialResult> art_anova(const TwoFactors& data);

/// Scheirer, Ray and Hare 1976: two-way sums of squares (type II) of the plain ranks over their total mean
/// square, against chi squared. Conservative where the other factor is strong, and its interaction test may
/// be inflated when both main effects are: prefer art_anova, this is for comparison with the literature.
[[nodiscard]] Result<FactorialResult> scheirer_ray_hare(const TwoFactors& data);

}  // namespace joulecast::stats
