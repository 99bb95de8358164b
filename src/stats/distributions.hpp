// Tail areas and quantiles of the reference distributions, accurate far into the tail (Boost.Math). No
// function throws: arguments outside the definition give NaN, an area too small for a double gives 0.
#pragma once

#include <string>

namespace joulecast::stats {

[[nodiscard]] double normal_cdf(double z);
[[nodiscard]] double normal_sf(double z);         ///< P(Z > z)
[[nodiscard]] double normal_quantile(double p);   ///< 0 < p < 1
[[nodiscard]] double normal_two_sided(double z);  ///< P(|Z| > |z|)
[[nodiscard]] double student_t_two_sided(double t, double df);
[[nodiscard]] double student_t_quantile(double p, double df);
[[nodiscard]] double chi_squared_sf(double x, double df);
[[nodiscard]] double f_sf(double f, double df1, double df2);
[[nodiscard]] double f_quantile(double p, double df1, double df2);
/// Non-central: the distributions of t and F where there is an effect, for power.
[[nodiscard]] double noncentral_t_cdf(double t, double df, double noncentrality);
[[nodiscard]] double noncentral_t_sf(double t, double df, double noncentrality);
[[nodiscard]] double noncentral_f_sf(double f, double df1, double df2, double noncentrality);

/// A p-value for people: "0.0312", "4.1e-09", "< 1e-300" where it is below machine range, "not defined" for
/// NaN.
[[nodiscard]] std::string p_text(double p);

}  // namespace joulecast::stats
