// When will a training with early stopping stop? The distribution of the stop epoch, from the history of the
// watched metric and from when earlier runs of the same training stopped.
//
// With patience p a run stops p epochs after its last improvement. Improvements grow rarer in a way that
// differs from training to training: their number by epoch n is taken to grow as n^b (power-law process, Crow
// 1974), b from the history, at most 1. Steady improvement is b = 1, values without trend come near b = 0.
// Earlier runs enter through the hazard of the stop epoch (life table).
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"

namespace joulecast::estimate {

struct EarlyStoppingRule {
  int max_epochs = 0;
  int patience = 0;              ///< epochs without improvement after which it stops
  double min_delta = 0;          ///< an improvement is more than this
  bool higher_is_better = true;  ///< accuracy; false for a loss
};

/// invalid where max_epochs or patience is not positive or min_delta is negative.
[[nodiscard]] Status check(const EarlyStoppingRule& rule);

/// How an earlier run of the same training ended.
struct EarlierStop {
  int epochs = 0;       ///< how many it trained
  bool stopped = true;  ///< false = it reached its maximum or was cut off: it would have gone on (censored)
};

/// P(stop after exactly k epochs) for k = first..max_epochs, where first > the epochs done so far.
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
  /// The watched metric at the end of the next epoch.
  void add(double value);
  [[nodiscard]] int epochs() const { return epochs_; }
  [[nodiscard]] const EarlyStoppingRule& rule() const { return rule_; }
  /// The rule has fired, or the maximum is reached: the distribution is then certain.
  [[nodiscard]] bool stopped() const;
  /// P(the epoch improves on the best so far), for an epoch after those that were added.
  [[nodiscard]] double improvement_probability(int epoch) const;
  /// O(max_epochs x patience).
  [[nodiscard]] StopDistribution distribution() const;

 private:
  [[nodiscard]] std::vector<double> from_metric() const;
  void weigh_by_earlier_runs(StopDistribution& distribution) const;

  EarlyStoppingRule rule_;
  std::vector<EarlierStop> earlier_;
  int epochs_ = 0;
  int since_improvement_ = 0;
  int improvements_ = 0;   ///< after the first value, which always is the best so far
  double log_epochs_ = 0;  ///< sum of ln(epoch) over them
  std::optional<double> best_;
};

}  // namespace joulecast::estimate
