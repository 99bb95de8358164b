// How far estimates lie from measured totals, in the figures of the field.
#pragma once

#include <optional>
#include <vector>

namespace joulecast::estimate {

/// One estimate against one measured total.
struct Outcome {
  double absolute_percentage_error = 0;
  double squared_error = 0;  ///< of the quantity's base unit, squared
  /// 1 where the interval holds the truth, else 0; a share for joined streams.
  std::optional<double> covered;
  std::optional<double> interval_width;  ///< percent of the truth
  double observed_fraction = 0;          ///< of the run's energy, that the method had seen
};

/// estimate and truth in one unit, truth > 0; an interval only where low and high are given.
[[nodiscard]] Outcome outcome_of(double estimate, double truth, std::optional<double> low,
                                 std::optional<double> high, double observed_fraction);

/// Several outcomes on one run (two meters on it) as one: their means.
[[nodiscard]] Outcome joined(const std::vector<Outcome>& outcomes);

struct Scores {
  int runs = 0;
  double median_ape = 0;
  double mean_ape = 0;
  double p90_ape = 0;
  double rmse = 0;
  double observed_fraction = 0;
  std::optional<double> coverage;  ///< share of runs in the interval; nothing where the method gives none
  std::optional<double> interval_width;  ///< mean, percent of the truth
};

/// Nothing for no outcome.
[[nodiscard]] std::optional<Scores> scores_of(const std::vector<Outcome>& outcomes);

}  // namespace joulecast::estimate
