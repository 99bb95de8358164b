// Tests of means that do not assume equal variances. They assume normal groups, or groups large enough for
// their means.
#pragma once

#include "stats/sample.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {

struct WelchT {
  double t = 0;
  double df = 0;  ///< Welch and Satterthwaite
  double p_value = 0;
  double difference = 0;  ///< mean(a) - mean(b)
  Range interval;         ///< of the difference, at the level asked for
};
/// n >= 2 each; invalid where neither sample varies.
[[nodiscard]] Result<WelchT> welch_t(Sample a, Sample b, double level = 0.95);

struct WelchAnova {
  double f = 0;
  double df1 = 0;
  double df2 = 0;
  double p_value = 0;
  double omega_squared = 0;  ///< df1 (F - 1) / (df1 (F - 1) + n); 0 where F < 1
};
/// Welch 1951. n >= 2 each; invalid where a group does not vary: its weight would be infinite.
[[nodiscard]] Result<WelchAnova> welch_anova(Samples groups);

struct GamesHowellPair {
  std::size_t a = 0;
  std::size_t b = 0;
  double difference = 0;  ///< mean(a) - mean(b)
  double q = 0;           ///< studentised range statistic, with the difference's sign
  double df = 0;
  double p_value = 0;  ///< already for all pairs together: needs no further adjustment
};
/// Every pair of groups. n >= 2 each; invalid where two groups of a pair do not vary.
[[nodiscard]] Result<std::vector<GamesHowellPair>> games_howell(Samples groups);

}  // namespace joulecast::stats
