// The tests behind compare_groups. Groups are sorted ascending within.
#pragma once

#include "stats/comparison.hpp"
#include "stats/rank_tests.hpp"

namespace joulecast::stats {

[[nodiscard]] Result<TestOutcome> overall_rank_test(Samples groups, const RankSums& ranks, double alpha);
[[nodiscard]] Result<TestOutcome> overall_mean_test(Samples groups, double alpha);

/// Every pair, with effects; p from Dunn (adjusted) or Mann-Whitney for two groups, or from Games-Howell or
/// Welch's t.
[[nodiscard]] Result<std::vector<PairOutcome>> rank_pairs(Samples groups, const RankSums& ranks,
                                                          const TestOutcome& overall,
                                                          const ComparisonOptions& options);
[[nodiscard]] Result<std::vector<PairOutcome>> mean_pairs(Samples groups, const TestOutcome& overall,
                                                          const ComparisonOptions& options);

}  // namespace joulecast::stats
