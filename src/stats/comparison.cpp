#include "stats/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "stats/comparison_tests.hpp"
#include "stats/outliers.hpp"
#include "stats/power.hpp"

namespace joulecast::stats {
namespace {

constexpr double largest_value = 1e150;

/// Sorts the groups internally and by their medians. Small groups are removed and named.
Result<std::vector<LabelledGroup>> usable(std::vector<LabelledGroup> groups, ComparisonResult& result) {
  if (groups.size() > most_groups) {
    return fail(ErrorKind::invalid, "compare",
                "{} groups are more than {}: is the grouping column a measurement or an identifier?",
                groups.size(), most_groups);
  }
  std::vector<LabelledGroup> kept;
  for (auto& group : groups) {
    if (!std::all_of(group.values.begin(), group.values.end(), [](double x) { return std::isfinite(x); })) {
      return fail(ErrorKind::invalid, "compare", "group {} has a value that is not finite", group.name);
    }
    if (std::any_of(group.values.begin(), group.values.end(),
                    [](double x) { return std::abs(x) > largest_value; })) {
      return fail(ErrorKind::invalid, "compare",
                  "group {} has a value beyond {:.0e}, too large to be squared", group.name, largest_value);
    }
    if (group.values.size() < fewest_values) {
      result.left_out.push_back(group.name);
      result.warnings.push_back(fmt::format("{} is left out: {} value{}, at least {} are needed", group.name,
                                            group.values.size(), group.values.size() == 1 ? "" : "s",
                                            fewest_values));
      continue;
    }
    std::sort(group.values.begin(), group.values.end());
    kept.push_back(std::move(group));
  }
  if (kept.size() < 2) {
    return fail(ErrorKind::invalid, "compare", "{} of {} group{} with at least {} values: nothing to compare",
                kept.size(), groups.size(), groups.size() == 1 ? "" : "s", fewest_values);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
    return median_sorted(a.values) < median_sorted(b.values);
  });
  const double first = kept.front().values.front();
  if (std::all_of(kept.begin(), kept.end(),
                  [&](const auto& g) { return g.values.front() == first && g.values.back() == first; })) {
    return fail(ErrorKind::invalid, "compare", "every value is {}: nothing to compare", first);
  }
  return kept;
}

GroupFacts facts_of(const LabelledGroup& group, double alpha) {
  GroupFacts facts;
  facts.name = group.name;
  facts.summary = summarise_sorted(group.values);
  facts.median_interval = median_interval_sorted(group.values, 1 - alpha);
  if (group.values.size() > shapiro_wilk_most) {
    facts.normality_note = "not defined above n = 5000";
  } else if (const auto test = shapiro_wilk(group.values)) {
    facts.normality = *test;
  } else {
    facts.normality_note = test.error().message;
  }
  if (const auto marked = outliers_by_fences(group.values))
    for (const auto at : *marked) facts.outliers.push_back(group.values[at]);
  return facts;
}

/// Chooses the approach and says why. Means are compared only where normality can be checked and is not
/// rejected.
std::pair<Approach, std::string> choose(const ComparisonResult& result, const ComparisonOptions& options) {
  const bool two = result.groups.size() == 2;
  const std::string by_ranks = two ? "the rank test (Mann-Whitney)" : "the rank test (Kruskal-Wallis)";
  const std::string by_means = two ? "Welch's t" : "Welch's ANOVA";
  if (options.approach == Approach::ranks) return {Approach::ranks, by_ranks + " was asked for"};
  if (options.approach == Approach::means) return {Approach::means, by_means + " was asked for"};
  std::vector<double> p_values;
  for (const auto& group : result.groups) {
    if (group.summary.n < fewest_to_check_normality) {
      return {Approach::ranks, fmt::format("{}: with {} runs of {} normality cannot be checked", by_ranks,
                                           group.summary.n, group.name)};
    }
    if (!group.normality)
      return {Approach::ranks,
              fmt::format("{}: normality of {} is {}", by_ranks, group.name,
                          group.summary.sd > 0 ? group.normality_note : "not given, it does not vary")};
    p_values.push_back(group.normality->p_value);
  }
  const auto adjusted = adjust_p_values(p_values, Adjustment::holm);
  const auto worst =
      static_cast<std::size_t>(std::min_element(adjusted.begin(), adjusted.end()) - adjusted.begin());
  if (adjusted[worst] < options.alpha) {
    return {Approach::ranks,
            fmt::format("{}: {} is not normal (Shapiro-Wilk W = {:.3f}, p = {:.2g} after Holm)", by_ranks,
                        result.groups[worst].name, result.groups[worst].normality->w, adjusted[worst])};
  }
  const bool unequal = result.equal_variance && result.equal_variance->p_value < options.alpha;
  return {Approach::means,
          fmt::format("{}: no group departs from normality (Shapiro-Wilk), and {}", by_means,
                      unequal ? "it does not ask for the equal variances that Levene's test denies"
                              : "it holds whether variances are equal or not")};
}

/// Relative spread of the groups together: root mean square of their coefficients of variation.
std::optional<double> common_variation(const std::vector<GroupFacts>& groups) {
  double squares = 0;
  for (const auto& group : groups) {
    if (!(group.summary.mean > 0)) return std::nullopt;
    const double cv = group.summary.sd / group.summary.mean;
    squares += cv * cv;
  }
  return std::sqrt(squares / static_cast<double>(groups.size()));
}

/// Smallest relative difference between two groups of n that is seen with the wanted power.
double smallest_seen(double n, double variation, double alpha, double power) {
  double low = 0;
  double high = 1;
  while (power_of_t_test(n, high, alpha) < power && high < 1e6) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (power_of_t_test(n, middle, alpha) < power ? low : high) = middle;
  }
  return high * variation;
}

void plan_repetitions(ComparisonResult& result, const ComparisonOptions& options) {
  const auto variation = common_variation(result.groups);
  if (!variation || !(*variation > 0)) return;
  const auto k = static_cast<double>(result.groups.size());
  // as if every pair were tested, which is the cautious choice
  const double alpha = options.alpha / (k * (k - 1) / 2);
  const bool ranks = result.approach == Approach::ranks;
  for (const double wanted : options.wanted_differences) {
    Repetitions plan{wanted, std::nullopt};
    if (const auto n = repetitions_for_t_test(wanted / *variation, {alpha, options.power}))
      plan.n = ranks ? repetitions_for_rank_test(*n) : *n;
    result.repetitions.push_back(plan);
  }
  const auto fewest =
      std::min_element(result.groups.begin(), result.groups.end(),
                       [](const auto& a, const auto& b) { return a.summary.n < b.summary.n; });
  const double n = static_cast<double>(fewest->summary.n) * (ranks ? 0.864 : 1);
  if (n >= 2) result.detectable_difference = smallest_seen(n, *variation, alpha, options.power);
}

double share_of_ties(Samples groups) {
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  std::sort(all.begin(), all.end());
  std::size_t tied = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    tied += (i > 0 && all[i] == all[i - 1]) || (i + 1 < all.size() && all[i] == all[i + 1]);
  return static_cast<double>(tied) / static_cast<double>(all.size());
}

void warn(ComparisonResult& result) {
  for (const auto& group : result.groups) {
    if (!(group.summary.sd > 0)) {
      result.warnings.push_back(fmt::format("{} does not vary: all {} values are {}", group.name,
                                            group.summary.n, group.summary.min));
    } else if (group.summary.n < 10) {
      result.warnings.push_back(
          fmt::format("{} has {} repetitions: too few to trust its spread", group.name, group.summary.n));
    }
  }
  if (result.groups.size() == 2 && result.test.name == "mann-whitney") {
    const auto n1 = static_cast<double>(result.groups[0].summary.n);
    const auto n2 = static_cast<double>(result.groups[1].summary.n);
    const double least = 2 * std::exp(std::lgamma(n1 + 1) + std::lgamma(n2 + 1) - std::lgamma(n1 + n2 + 1));
    if (least >= result.alpha) {
      result.warnings.push_back(
          fmt::format("with {} and {} runs this test cannot give a p below {:.2g}, whatever the difference",
                      n1, n2, least));
    }
  }
  if (result.tied_share > 0.25) {
    result.warnings.push_back(fmt::format(
        "{:.0f} % of the values equal another value: is the column rounded, or are runs listed twice?",
        100 * result.tied_share));
  }
}

}  // namespace

Result<ComparisonResult> compare_groups(std::vector<LabelledGroup> labelled,
                                        const ComparisonOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1))
    return fail(ErrorKind::invalid, "compare", "alpha lies between 0 and 1");
  ComparisonResult result;
  result.alpha = options.alpha;
  auto kept = usable(std::move(labelled), result);
  if (!kept) return propagate(kept.error());
  std::vector<std::vector<double>> groups;
  for (auto& group : *kept) {
    result.groups.push_back(facts_of(group, options.alpha));
    result.n += group.values.size();
    groups.push_back(std::move(group.values));
  }
  if (const auto test = levene(groups))
    result.equal_variance = *test;
  else
    result.equal_variance_note = test.error().message;
  const auto ranks = rank_sums(groups);
  if (ranks.tie_sum > 0) result.tied_share = share_of_ties(groups);
  std::tie(result.approach, result.why) = choose(result, options);

  const auto by_ranks = overall_rank_test(groups, ranks, options.alpha);
  const auto by_means = overall_mean_test(groups, options.alpha);
  const bool means = result.approach == Approach::means;
  const auto& chosen = means ? by_means : by_ranks;
  const auto& other = means ? by_ranks : by_means;
  if (!chosen) return propagate(chosen.error());
  result.test = *chosen;
  if (other) result.other_test = *other;

  if (groups.size() > most_groups_in_pairs) {
    result.warnings.push_back(
        fmt::format("{} groups make {} pairs: only the overall test was made (pairs up to {} groups)",
                    groups.size(), groups.size() * (groups.size() - 1) / 2, most_groups_in_pairs));
  } else {
    auto pairs =
        means ? mean_pairs(groups, result.test, options) : rank_pairs(groups, ranks, result.test, options);
    if (!pairs) return propagate(pairs.error());
    result.pairs = std::move(*pairs);
    result.pair_test = groups.size() == 2 ? result.test.name : means ? "games-howell" : "dunn";
  }
  plan_repetitions(result, options);
  warn(result);
  return result;
}

}  // namespace joulecast::stats
