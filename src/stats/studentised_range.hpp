// The studentised range: the distribution under Tukey's and Games and Howell's tests. Boost.Math has none.
#pragma once

namespace joulecast::stats {

/// P(Q > q): Q = range of `groups` independent standard normals over an independent chi_df / sqrt(df).
/// The double integral of Lund and Lund (AS 190, 1983), both parts by the trapezoidal rule, which converges
/// exponentially for these integrands, and written for the upper tail, so that small areas keep their
/// relative accuracy (about 1e-10). groups >= 2, df >= 1 (may be infinite); NaN otherwise. q <= 0 gives 1.
[[nodiscard]] double studentised_range_sf(double q, double groups, double df);

/// The q with P(Q > q) = tail; 0 < tail < 1.
[[nodiscard]] double studentised_range_quantile_sf(double tail, double groups, double df);

}  // namespace joulecast::stats
