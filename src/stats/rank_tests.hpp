// Tests on ranks. They require independent values but no particular distribution. Ties get midranks.
#pragma once

#include "stats/ranks.hpp"

namespace joulecast::stats {

struct KruskalWallis {
  double h = 0;  ///< corrected for ties
  double df = 0;
  double p_value = 0;  ///< chi squared; good from about 5 values a group
  /// (H - k + 1) / (n - k), Tomczak and Tomczak 2014; slightly below 0 where H is small
  double eta_squared = 0;
  std::size_t n = 0;
  double tie_sum = 0;
};
/// invalid where all values are one and the same, or n = k.
[[nodiscard]] Result<KruskalWallis> kruskal_wallis(const RankSums& ranks);
[[nodiscard]] Result<KruskalWallis> kruskal_wallis(Samples groups);

enum class PValueMethod { automatic, exact, asymptotic };

struct MannWhitney {
  double u = 0;  ///< of the first sample: pairs in which its value is the larger, ties counting half
  double p_value = 0;
  double z = 0;  ///< with continuity correction; what the asymptotic p comes from
  bool exact = false;
  bool ties = false;
};
/// Two-sided. Exact: twice the smaller tail of the permutation distribution of the midranks (so ties are
/// exact too). `automatic` takes exact for both n < 50 without ties and for n1 + n2 <= 50 with them, else the
/// normal approximation with tie and continuity correction. invalid where all values are equal (asymptotic),
/// or exact asks for n > 200.
[[nodiscard]] Result<MannWhitney> mann_whitney(Sample a, Sample b,
                                               PValueMethod method = PValueMethod::automatic);

struct DunnPair {
  std::size_t a = 0;
  std::size_t b = 0;
  double z = 0;
  double p_value = 0;  ///< two-sided, not adjusted: see adjust_p_values
};
/// Dunn's test (1964) with tie correction for every pair of groups, on the ranks of all groups together.
[[nodiscard]] Result<std::vector<DunnPair>> dunn(const RankSums& ranks);

}  // namespace joulecast::stats
