// Forecasts when a training with early stopping will stop: a distribution of the stop epoch, from the history
// of the watched metric and from earlier runs of the same training.
//
// With patience p a run stops p epochs after its last improvement. Improvements become rarer, at a pace that
// differs from training to training. Their number by epoch n is modelled as n^b (power-law process, Crow
// 1974), where b <= 1 is estimated from the history. Steady improvement gives b = 1; values without a trend
// give b near 0. Earlier runs contribute through the hazard of the stop epoch (life table).
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"

namespace joulecast::estimate {

struct EarlyStoppingRule {
  int max_epochs = 0;
  int patience = 0;  ///< the run stops after this many epochs without improvement
  /// A value must be better than the best by more than this to count as an improvement.
  double min_delta = 0;
  bool higher_is_better = true;  ///< true for an accuracy, false for a loss
};

/// invalid where max_epochs or patience is not positive or min_delta is negative.
[[nodiscard]] Status check(const EarlyStoppingRule& rule);

/// How an earlier run of the same training ended.
struct EarlierStop {
  int epochs = 0;  ///< how many epochs it trained
  /// False if it reached its maximum or was cut off. When it would have stopped is then unknown: the
  /// observation is censored.
  bool stopped = true;
};

/// P(the run stops after exactly k epochs) for k = first..max_epochs. `first` is greater than the number of
/// epochs done so far.
struct StopDistribution {
  int first = 0;
  std::vector<double> probability;  ///< sums to 1
  bool learned_from_earlier_runs = false;

  [[nodiscard]] double mean() const;
  /// Smallest k with P(stop <= k) >= p.
  [[nodiscard]] int quantile(double p) const;
};

class StopForecast {
 public:
  explicit StopForecast(EarlyStoppingRule rule, std::vector<EarlierStop> earlier = {});
  /// Adds the value of the watched metric at the end of the next epoch.
  void add(double value);
  [[nodiscard]] int epochs() const { return epochs_; }
  [[nodiscard]] const EarlyStoppingRule& rule() const { return rule_; }
  /// The rule has fired or the maximum is reached, so that the distribution is certain.
  [[nodiscard]] bool stopped() const;
  /// P(this epoch improves on the best so far), for an epoch after the ones that were added.
  [[nodiscard]] double improvement_probability(int epoch) const;
  /// Takes O(max_epochs x patience) time.
  [[nodiscard]] StopDistribution distribution() const;

 private:
  [[nodiscard]] std::vector<double> from_metric() const;
  void weigh_by_earlier_runs(StopDistribution& distribution) const;

  EarlyStoppingRule rule_;
  std::vector<EarlierStop> earlier_;
  int epochs_ = 0;
  int since_improvement_ = 0;
  /// Improvements after the first value, which is always the best so far and does not count.
  int improvements_ = 0;
  double log_epochs_ = 0;  ///< sum of ln(epoch) over the improvements
  std::optional<double> best_;
};

}  // namespace joulecast::estimate
