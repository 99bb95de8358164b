// The error of a forecast of the remaining work. It has two causes: the scatter seen so far, and regime
// changes that may still come and that no data announce.
//
// The relative error of the remaining cost is a mixture of two cases. f is the share of the work that is
// done.
// - With probability 1 - f^a the regime changes before the end. This follows from a hazard that is uniform in
// log time (Lindy's law): what has been stable for long tends to stay stable. The place of the change is
// uniform in log time. The logarithm of its size is exponential, upwards or downwards.
// - Otherwise the error is normal, with the standard deviation of the regime's rate.
// `ChangeConstants` holds the constants and says what they were fitted to.
#pragma once

#include "estimate/estimate.hpp"

namespace joulecast::estimate {

struct ChangeConstants {
  double hazard = 0;  ///< exponent a before the first regime change
  /// Exponent a after a change: a training that has changed once seldom changes again.
  double hazard_after = 0;
  double upward = 0;     ///< share of the changes that raise the rate
  double mean_rise = 0;  ///< mean log ratio of a change that raises the rate
  double mean_fall = 0;  ///< mean log ratio of a change that lowers it
  /// Factor on the standard deviation that is estimated from the regime's units.
  double scale = 1;
  /// Relative standard deviation that remains however many units were seen.
  double floor = 0;
  /// The same in a regime of one unit, which may still be the start-up, and in one of two units.
  double one_unit = 0;
  double two_units = 0;
  /// Probability of an end phase (final evaluation, export), and the mean of its cost in cycles.
  double end_phase = 0;
  double end_cycles = 0;
};

/// Fitted to the recorded runs of two public sources by minimising the interval score (Winkler 1972). Every
/// group (source x architecture) has the same weight. docs/projection.md describes the procedure and gives
/// the coverage on held-out runs. Sources: GAISSA-UPC/seaa2023_ect 6fa5af6 (del Rey et al. 2023), CC BY 4.0;
/// mlcommons/training_results_v4.0 6fe9543, Apache 2.0.
[[nodiscard]] const ChangeConstants& default_change_constants();

/// What is known about a training at one moment.
struct Situation {
  double share = 0;        ///< share of the work that is done, 0..1
  double relative_sd = 0;  ///< relative standard deviation of the regime's rate
  bool changed = false;    ///< a regime change has been seen
  int units = 0;           ///< units in the current regime
  double cycle = 0;        ///< cost of a cycle (an epoch) as a share of the remaining cost
};

/// Relative error r of the remaining cost: truth = (1 + r) x forecast.
class ErrorModel {
 public:
  explicit ErrorModel(const Situation& situation,
                      const ChangeConstants& constants = default_change_constants());
  /// P(r > u) for u >= 0.
  [[nodiscard]] double above(double u) const;
  /// P(r < -u) for 0 <= u <= 1.
  [[nodiscard]] double below(double u) const;
  /// The interval from the 5 % to the 95 % quantile of r.
  [[nodiscard]] Interval<double> interval() const;

 private:
  [[nodiscard]] double above_without_end(double u) const;
  [[nodiscard]] double below_without_end(double u) const;

  static constexpr int places_ = 12;
  static constexpr int end_sizes_ = 8;
  double change_ = 0;  ///< probability that the regime will still change
  double upward_, rise_, fall_;
  double sd_ = 0;
  /// Share of the remaining work that comes after the change, for equally likely places of the change.
  double affected_[places_] = {};
  double end_ = 0;                     ///< probability of an end phase
  double end_size_[end_sizes_] = {};   ///< equally likely costs of it, as shares of the remaining cost
};

}  // namespace joulecast::estimate
