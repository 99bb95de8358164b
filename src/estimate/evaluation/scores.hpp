// How far estimates are from measured totals, in the usual error figures.
#pragma once

#include <optional>
#include <vector>

namespace joulecast::estimate {

/// One estimate against one measured total.
struct Outcome {
  double absolute_percentage_error = 0;
  double squared_error = 0;  ///< in the squared base unit of the quantity
  /// 1 if the interval contains the true value, else 0. Between 0 and 1 for joined streams.
  std::optional<double> covered;
  std::optional<double> interval_width;  ///< percent of the true value
  /// The interval score of Winkler (1972) in percent of the true value: the width plus, where the true value
  /// lies outside, 2/(1 - level) times its distance from the interval. Smaller is better.
  std::optional<double> winkler;
  double observed_fraction = 0;  ///< share of the run's energy that the method had seen
  /// How far the interval reaches either way, as factors of the estimate: estimate / low, high / estimate.
  std::optional<double> factor_below, factor_above;
};

/// Both values in the same unit, truth > 0. The outcome has an interval only if both low and high are given.
[[nodiscard]] Outcome outcome_of(double estimate, double truth, std::optional<double> low,
                                 std::optional<double> high, double observed_fraction);

/// Averages several outcomes of one run (from two meters on it) into one.
[[nodiscard]] Outcome joined(const std::vector<Outcome>& outcomes);

struct Scores {
  int runs = 0;
  double median_ape = 0;
  double mean_ape = 0;
  double p90_ape = 0;
  double rmse = 0;
  double observed_fraction = 0;
  std::optional<double> coverage;  ///< share of the runs in the interval; nothing if the method gives none
  std::optional<double> interval_width;              ///< mean, percent of the true value
  std::optional<double> winkler;                     ///< mean interval score, percent of the true value
  std::optional<double> factor_below, factor_above;  ///< means
};

/// Nothing if there are no outcomes.
[[nodiscard]] std::optional<Scores> scores_of(const std::vector<Outcome>& outcomes);

}  // namespace joulecast::estimate
