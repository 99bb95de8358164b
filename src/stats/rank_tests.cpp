#include "stats/rank_tests.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

constexpr std::size_t most_exact = 200;

/// How many subsets of `size` of the scores have each sum.
std::vector<double> subset_sums(const std::vector<std::size_t>& scores, std::size_t size) {
  auto sorted = scores;
  std::sort(sorted.rbegin(), sorted.rend());
  std::size_t most = 0;
  for (std::size_t i = 0; i < size; ++i) most += sorted[i];
  std::vector<std::vector<double>> ways(size + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  std::size_t seen = 0;
  for (const auto score : scores) {
    ++seen;
    for (std::size_t taken = std::min(seen, size); taken >= 1; --taken)
      for (std::size_t s = most; s >= score; --s) ways[taken][s] += ways[taken - 1][s - score];
  }
  return ways[size];
}

/// Twice the smaller tail of the rank sum of the first n1 ranks, over all ways to choose them.
double exact_rank_sum_p(const Ranked& ranked, std::size_t n1) {
  const double unit = ranked.has_ties() ? 2 : 1;  // midranks are multiples of a half
  std::vector<std::size_t> scores;
  for (const double rank : ranked.ranks) scores.push_back(static_cast<std::size_t>(std::lround(rank * unit)));
  std::size_t observed = 0;
  for (std::size_t i = 0; i < n1; ++i) observed += scores[i];
  const auto ways = subset_sums(scores, n1);
  double lower = 0;
  double upper = 0;
  for (std::size_t s = 0; s < ways.size(); ++s) {
    if (s <= observed) lower += ways[s];
    if (s >= observed) upper += ways[s];
  }
  const double all = lower + upper - ways[observed];
  return std::min(1.0, 2 * std::min(lower, upper) / all);
}

}  // namespace

Result<KruskalWallis> kruskal_wallis(const RankSums& ranks) {
  const auto n = static_cast<double>(ranks.n);
  const auto k = static_cast<double>(ranks.sums.size());
  if (ranks.sums.size() < 2)
    return fail(ErrorKind::invalid, "Kruskal-Wallis", "needs at least two groups, has {}", ranks.sums.size());
  if (std::find(ranks.sizes.begin(), ranks.sizes.end(), 0U) != ranks.sizes.end()) {
    return fail(ErrorKind::invalid, "Kruskal-Wallis", "a group is empty");
  }
  if (ranks.n <= ranks.sums.size())
    return fail(ErrorKind::invalid, "Kruskal-Wallis", "every group has one value: nothing to compare with");
  const double correction = 1 - ranks.tie_sum / (n * n * n - n);
  if (!(correction > 0))
    return fail(ErrorKind::invalid, "Kruskal-Wallis", "all {} values are equal", ranks.n);
  double spread = 0;  // around the mean rank: no difference of large sums
  for (std::size_t g = 0; g < ranks.sums.size(); ++g) {
    const double d = ranks.mean_rank(g) - (n + 1) / 2;
    spread += static_cast<double>(ranks.sizes[g]) * d * d;
  }
  KruskalWallis result;
  result.h = 12 / (n * (n + 1)) * spread / correction;
  result.df = k - 1;
  result.p_value = chi_squared_sf(result.h, result.df);
  result.eta_squared = (result.h - k + 1) / (n - k);
  result.n = ranks.n;
  result.tie_sum = ranks.tie_sum;
  return result;
}

Result<KruskalWallis> kruskal_wallis(Samples groups) {
  if (auto status = check_samples("Kruskal-Wallis", groups, 1); !status) return propagate(status.error());
  return kruskal_wallis(rank_sums(groups));
}

Result<MannWhitney> mann_whitney(Sample a, Sample b, PValueMethod method) {
  for (const auto sample : {a, b})
    if (auto status = check_sample("Mann-Whitney", sample, 1); !status) return propagate(status.error());
  std::vector<double> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  const auto ranked = midranks(both);
  const auto n1 = static_cast<double>(a.size());
  const auto n2 = static_cast<double>(b.size());
  double rank_sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) rank_sum += ranked.ranks[i];

  MannWhitney result;
  result.u = rank_sum - n1 * (n1 + 1) / 2;
  result.ties = ranked.has_ties();
  const double n = n1 + n2;
  const double variance = n1 * n2 / 12 * ((n + 1) - (n > 1 ? ranked.tie_sum / (n * (n - 1)) : 0));
  const double distance = std::max(0.0, std::abs(result.u - n1 * n2 / 2) - 0.5);
  result.z = variance > 0 ? std::copysign(distance / std::sqrt(variance), result.u - n1 * n2 / 2) : 0;
  const bool few = result.ties ? both.size() <= 50 : a.size() < 50 && b.size() < 50;
  result.exact = method == PValueMethod::exact || (method == PValueMethod::automatic && few);
  if (result.exact && both.size() > most_exact) {
    return fail(ErrorKind::invalid, "Mann-Whitney", "the exact p-value is for up to {} values, has {}",
                most_exact, both.size());
  }
  if (!result.exact && !(variance > 0))
    return fail(ErrorKind::invalid, "Mann-Whitney", "all {} values are equal", both.size());
  result.p_value =
      result.exact ? exact_rank_sum_p(ranked, a.size()) : std::min(1.0, normal_two_sided(result.z));
  return result;
}

Result<std::vector<DunnPair>> dunn(const RankSums& ranks) {
  const auto n = static_cast<double>(ranks.n);
  if (ranks.n < 2) return fail(ErrorKind::invalid, "Dunn", "needs at least two values");
  const double variance = n * (n + 1) / 12 - ranks.tie_sum / (12 * (n - 1));
  if (!(variance > 0)) return fail(ErrorKind::invalid, "Dunn", "all {} values are equal", ranks.n);
  std::vector<DunnPair> pairs;
  for (std::size_t a = 0; a < ranks.sums.size(); ++a) {
    for (std::size_t b = a + 1; b < ranks.sums.size(); ++b) {
      const double share = 1 / static_cast<double>(ranks.sizes[a]) + 1 / static_cast<double>(ranks.sizes[b]);
      const double z = (ranks.mean_rank(a) - ranks.mean_rank(b)) / std::sqrt(variance * share);
      pairs.push_back({a, b, z, normal_two_sided(z)});
    }
  }
  return pairs;
}

}  // namespace joulecast::stats
