// How wrong a forecast of the remaining work can be: by what is seen, and by changes that nobody can see
// coming.
//
// The relative error of the remaining cost is a mixture. With probability 1 - f^a, where f is the share of
// the work that is done, the training still changes its regime: a rate that stood still from the start until
// f changes before the end with this probability where the hazard is uniform in log time (Lindy's law). The
// change comes at a place uniform in log time; the log of its size is exponential, up or down. Otherwise the
// error is normal with the standard deviation of the regime's rate. `ChangeConstants` holds the constants and
// says from what they were fitted.
#pragma once

#include "estimate/estimate.hpp"

namespace joulecast::estimate {

struct ChangeConstants {
  double hazard = 0;        ///< exponent a before any regime change was seen
  double hazard_after = 0;  ///< and after one: trainings that changed once seldom change again
  double upward = 0;        ///< share of changes that raise the rate
  double mean_rise = 0;     ///< mean log ratio of a rise
  double mean_fall = 0;     ///< and of a fall
  double scale = 1;         ///< of the standard deviation that the regime's units show
  double floor = 0;         ///< relative standard deviation that no number of units removes
  double one_unit = 0;      ///< the same where the regime has one unit only: it may be the start-up
  double two_units = 0;
};

/// Fitted to the recorded runs of two public sources, minimising the interval score (Winkler 1972) with every
/// group (source x architecture) of the same weight; docs/projection.md has the procedure and the held-out
/// coverage. Sources: GAISSA-UPC/seaa2023_ect 6fa5af6 (del Rey et al. 2023), CC BY 4.0;
/// mlcommons/training_results_v4.0 6fe9543, Apache 2.0.
[[nodiscard]] const ChangeConstants& default_change_constants();

/// What is known at one moment.
struct Situation {
  double share = 0;        ///< of the work that is done, 0..1
  double relative_sd = 0;  ///< of the regime's rate
  bool changed = false;    ///< a regime change was seen
  int units = 0;           ///< in the current regime
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
  /// The r with 5 % of the probability below and above.
  [[nodiscard]] Interval<double> interval() const;

 private:
  static constexpr int places_ = 12;
  double change_ = 0;  ///< probability of a change still to come
  double upward_, rise_, fall_;
  double sd_ = 0;
  double affected_[places_] = {};  ///< share of the remaining work after the change, by quantile of its place
};

}  // namespace joulecast::estimate
