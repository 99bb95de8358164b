#include "stats/comparison_tests.hpp"

#include "stats/mean_tests.hpp"

namespace joulecast::stats {
namespace {

/// All pairs with the figures that do not depend on the approach.
Result<std::vector<PairOutcome>> described_pairs(Samples groups, double alpha) {
  std::vector<PairOutcome> pairs;
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = a + 1; b < groups.size(); ++b) {
      PairOutcome pair;
      pair.a = a;
      pair.b = b;
      const double first = median_sorted(groups[a]);
      const double second = median_sorted(groups[b]);
      pair.median_difference = first - second;
      if (first > 0 && second > 0) pair.median_ratio = first / second;
      const auto delta = cliffs_delta(groups[a], groups[b], 1 - alpha);
      if (!delta) return propagate(delta.error());
      pair.delta = *delta;
      pairs.push_back(pair);
    }
  }
  return pairs;
}

Result<TestOutcome> two_by_ranks(Samples groups, double alpha) {
  const auto test = mann_whitney(groups[0], groups[1]);
  if (!test) return propagate(test.error());
  const auto delta = cliffs_delta(groups[0], groups[1], 1 - alpha);
  if (!delta) return propagate(delta.error());
  TestOutcome outcome;
  outcome.name = "mann-whitney";
  outcome.statistic_name = "U";
  outcome.statistic = test->u;
  outcome.p_value = test->p_value;
  outcome.effect_name = "cliffs_delta";
  outcome.effect = delta->value;
  outcome.effect_interval = delta->interval;
  outcome.magnitude = magnitude_of_delta(delta->value);
  outcome.assumption = test->exact
                           ? "independent runs; exact p-value over all splits of the midranks"
                           : "independent runs; normal approximation with continuity and tie correction";
  return outcome;
}

}  // namespace

Result<TestOutcome> overall_rank_test(Samples groups, const RankSums& ranks, double alpha) {
  if (groups.size() == 2) return two_by_ranks(groups, alpha);
  const auto test = kruskal_wallis(ranks);
  if (!test) return propagate(test.error());
  TestOutcome outcome;
  outcome.name = "kruskal-wallis";
  outcome.statistic_name = "H";
  outcome.statistic = test->h;
  outcome.df1 = test->df;
  outcome.p_value = test->p_value;
  outcome.effect_name = "eta_squared";
  outcome.effect = test->eta_squared;
  outcome.magnitude = magnitude_of_eta_squared(test->eta_squared);
  outcome.assumption = "independent runs; chi-squared approximation, ties at midranks with correction";
  return outcome;
}

Result<TestOutcome> overall_mean_test(Samples groups, double alpha) {
  TestOutcome outcome;
  outcome.assumption = "independent runs, normal within each group; variances may differ";
  if (groups.size() == 2) {
    const auto test = welch_t(groups[0], groups[1], 1 - alpha);
    if (!test) return propagate(test.error());
    const auto g = hedges_g(groups[0], groups[1], 1 - alpha);
    if (!g) return propagate(g.error());
    outcome.name = "welch-t";
    outcome.statistic_name = "t";
    outcome.statistic = test->t;
    outcome.df1 = test->df;
    outcome.p_value = test->p_value;
    outcome.effect_name = "hedges_g";
    outcome.effect = g->value;
    outcome.effect_interval = g->interval;
    outcome.magnitude = magnitude_of_d(g->value);
    return outcome;
  }
  const auto test = welch_anova(groups);
  if (!test) return propagate(test.error());
  outcome.name = "welch-anova";
  outcome.statistic_name = "F";
  outcome.statistic = test->f;
  outcome.df1 = test->df1;
  outcome.df2 = test->df2;
  outcome.p_value = test->p_value;
  outcome.effect_name = "omega_squared";
  outcome.effect = test->omega_squared;
  outcome.magnitude = magnitude_of_eta_squared(test->omega_squared);
  return outcome;
}

Result<std::vector<PairOutcome>> rank_pairs(Samples groups, const RankSums& ranks, const TestOutcome& overall,
                                            const ComparisonOptions& options) {
  auto pairs = described_pairs(groups, options.alpha);
  if (!pairs) return pairs;
  if (pairs->size() == 1) {
    pairs->front().statistic = overall.statistic;
    pairs->front().p_value = pairs->front().p_adjusted = overall.p_value;
    return pairs;
  }
  const auto tests = dunn(ranks);
  if (!tests) return propagate(tests.error());
  std::vector<double> p_values;
  for (std::size_t i = 0; i < pairs->size(); ++i) {  // both lists run over a < b in the same order
    (*pairs)[i].statistic = (*tests)[i].z;
    (*pairs)[i].p_value = (*tests)[i].p_value;
    p_values.push_back((*tests)[i].p_value);
  }
  const auto adjusted = adjust_p_values(p_values, options.adjustment);
  for (std::size_t i = 0; i < pairs->size(); ++i) (*pairs)[i].p_adjusted = adjusted[i];
  return pairs;
}

Result<std::vector<PairOutcome>> mean_pairs(Samples groups, const TestOutcome& overall,
                                            const ComparisonOptions& options) {
  auto pairs = described_pairs(groups, options.alpha);
  if (!pairs) return pairs;
  for (auto& pair : *pairs) {
    if (const auto g = hedges_g(groups[pair.a], groups[pair.b], 1 - options.alpha)) pair.g = *g;
  }
  if (pairs->size() == 1) {
    pairs->front().statistic = overall.statistic;
    pairs->front().p_value = pairs->front().p_adjusted = overall.p_value;
    return pairs;
  }
  const auto tests = games_howell(groups);
  if (!tests) return propagate(tests.error());
  for (std::size_t i = 0; i < pairs->size(); ++i) {
    (*pairs)[i].statistic = (*tests)[i].q;
    (*pairs)[i].p_value = (*pairs)[i].p_adjusted = (*tests)[i].p_value;
  }
  return pairs;
}

}  // namespace joulecast::stats
