// Groups compared as a whole: assumptions checked, a test chosen and the choice explained, effects before
// p-values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stats/effect_size.hpp"
#include "stats/multiple_comparison.hpp"
#include "stats/normality.hpp"
#include "stats/variance_tests.hpp"

namespace joulecast::stats {

struct LabelledGroup {
  std::string name;
  std::vector<double> values;
};

enum class Approach { automatic, ranks, means };

struct ComparisonOptions {
  double alpha = 0.05;  ///< significance; intervals are at 1 - alpha
  Adjustment adjustment = Adjustment::holm;
  Approach approach = Approach::automatic;
  std::vector<double> wanted_differences{0.01, 0.05, 0.10};  ///< relative, for the repetitions that show them
  double power = 0.8;
};

constexpr std::size_t fewest_values = 3;  ///< a group with fewer values is left out and named
constexpr std::size_t most_groups = 200;
constexpr std::size_t most_groups_in_pairs = 40;  ///< beyond, only the overall test is made
constexpr std::size_t fewest_to_check_normality = 8;

struct GroupFacts {
  std::string name;
  Summary summary;
  Range median_interval;  ///< distribution-free; NaN where n is too small for one
  std::optional<ShapiroWilk> normality;
  std::string normality_note;    ///< why there is no test
  std::vector<double> outliers;  ///< values outside Tukey's fences, ascending
};

struct TestOutcome {
  std::string name;  ///< "kruskal-wallis", "mann-whitney", "welch-anova", "welch-t"
  std::string statistic_name;
  double statistic = 0;
  std::optional<double> df1;
  std::optional<double> df2;
  double p_value = 0;
  std::string effect_name;  ///< "eta_squared", "cliffs_delta", "omega_squared", "hedges_g"
  double effect = 0;
  std::optional<Range> effect_interval;
  std::string magnitude;
  std::string assumption;  ///< what it rests on, and how ties were treated
};

struct PairOutcome {
  std::size_t a = 0;  ///< positions in ComparisonResult::groups
  std::size_t b = 0;
  double median_difference = 0;        ///< median(a) - median(b)
  std::optional<double> median_ratio;  ///< median(a) / median(b), where both are positive
  Effect delta;                        ///< Cliff's
  std::optional<Effect> g;             ///< Hedges', with the approach of means
  double statistic = 0;
  double p_value = 0;
  /// Games-Howell's p is already corrected for all pairs.
  double p_adjusted = 0;
};

struct Repetitions {
  double relative_difference = 0;
  std::optional<std::size_t> n;  ///< nothing: more than a million
};

struct ComparisonResult {
  double alpha = 0.05;
  std::size_t n = 0;
  std::vector<GroupFacts> groups;  ///< by rising median
  std::optional<Levene> equal_variance;
  std::string equal_variance_note;
  double tied_share = 0;  ///< share of the values that another value equals
  Approach approach = Approach::ranks;
  std::string why;  ///< one sentence: why this approach
  TestOutcome test;
  /// Of the other approach (ranks or means), if it is defined.
  std::optional<TestOutcome> other_test;
  std::string pair_test;
  std::vector<PairOutcome> pairs;
  std::vector<Repetitions> repetitions;  ///< a group, to see each wanted difference in every pair
  /// Relative: what the smallest group's n shows with the wanted power
  std::optional<double> detectable_difference;
  std::vector<std::string> left_out;  ///< groups with fewer than three values
  std::vector<std::string> warnings;
  [[nodiscard]] bool significant() const { return test.p_value < alpha; }
};

/// invalid, with what to do, for fewer than two usable groups, more than 200, values that are not finite or
/// all equal.
[[nodiscard]] Result<ComparisonResult> compare_groups(std::vector<LabelledGroup> groups,
                                                      const ComparisonOptions& options = {});

}  // namespace joulecast::stats
