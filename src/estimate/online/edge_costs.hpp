// What the beginnings or the ends of epochs cost beyond the rate of the work around them: validations and
// checkpoints at their ends, rollouts or fresh data before their first step.
#pragma once

namespace joulecast::estimate {

class EdgeCosts {
 public:
  /// excess: cost beyond the usual rate; negative where it cost less.
  void add(double excess);

  [[nodiscard]] int seen() const { return seen_; }
  /// Without the first one, once there are others: it also warms up what only a validation uses.
  [[nodiscard]] double mean() const { return mean_; }
  /// Standard deviation of the sum of the next `count`. The mean is uncertain, and so is each to come.
  [[nodiscard]] double sd_of_next(double count) const;

 private:
  int seen_ = 0;
  double mean_ = 0;
  double squares_ = 0;  ///< about the mean, of all but the first
};

}  // namespace joulecast::estimate
