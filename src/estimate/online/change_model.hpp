// The error of a forecast of the remaining work. It has two causes: the scatter seen so far, and regime
// changes that may still come and that no data announce.
//
// The relative error of the remaining cost is a mixture of two cases. f is the share of the work that is
// done.
// - With probability 1 - f^a the regime changes before the end. This follows from a hazard that is uniform in
// log time (Lindy's law): what has been stable for long tends to stay stable. The place of the change is
// uniform in log time. The logarithm of its size is exponential, upwards or downwards.
// - Otherwise the error is normal, with the standard deviation of the regime's rate.
// What is known to be possible, but has not been seen yet, shifts the error:
// - an end phase after or in the last epoch (final evaluation, export);
// - before the first epoch's end: its validation, and that a first epoch may be dearer (cold caches);
// - where only steps are known: that the first ones may be dearer;
// - before the second epoch: that what came before the first step comes before each epoch;
// - where only steps are known: an evaluation between them that has not come yet;
// - while there is a single unit: that start-up is part of it.
// `ChangeConstants` holds the constants and says what they were fitted to.
#pragma once

#include <optional>
#include <vector>

#include "estimate/estimate.hpp"

namespace joulecast::estimate {

struct ChangeConstants {
  double hazard = 0;  ///< exponent a before the first regime change
  /// The same after a change, where f counts from the change on: a training that has changed once seldom
  /// changes again, but may still be on its way just after it.
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
  /// That probability where evaluations at epochs' ends have been seen: they are part of the forecast, and
  /// the last one is mostly like them.
  double end_phase_evaluated = 0;
  /// Probability that an epoch whose end was not seen ends with a validation, and its mean cost as a share of
  /// the epoch.
  double validation = 0;
  double validation_cost = 0;
  /// Mean cost of evaluations between steps that have not come yet, as a share of the steps.
  double evaluation_cost = 0;
  /// Probability that the first epoch, or the first steps, are dearer than the others, and the mean excess.
  double cold = 0;
  double cold_cost = 0;
  /// The same of what little was seen of a long training, where the first epoch is over.
  double early = 0;
  double early_cost = 0;
  /// Probability that what came before the first step comes before each epoch.
  double recurring_begin = 0;
  /// Probability that a lone unit holds start-up, which may be any part of it.
  double start_up = 0;
};

/// How often regimes change, by how much, and the floor were fitted to recorded runs of several sources, each
/// with the same weight, by minimising the interval score (Winkler 1972), then rounded to the wide side. The
/// others stand for what may not have shown yet and were set by reason: a fit to sources without it would say
/// that it does not exist. docs/projection.md names the sources and gives the scores on sources left out.
[[nodiscard]] const ChangeConstants& default_change_constants();

/// What is known about a training at one moment.
struct Situation {
  double share = 0;        ///< share of the work that is done, 0..1
  double relative_sd = 0;  ///< relative standard deviation of the regime's rate
  bool changed = false;    ///< a regime change has been seen
  int units = 0;           ///< units in the current regime
  /// Of one unit that is not the run's first: |log of its rate over that of the unit before|.
  std::optional<double> jump{};
  double cycle = 0;  ///< cost of a cycle (an epoch) as a share of the remaining cost
  /// Work of the regime so far as a share of it and of the remaining work together.
  double age = 1;
  bool first_epoch = false;   ///< epochs are known, and not much more than the first was seen
  bool unseen_cycle = false;  ///< only steps are known, and nothing has come between them yet
  bool may_be_start =
      false;                ///< no epoch is known to have ended, and all that was seen may be a dearer start
  bool saw_little = false;  ///< less than 5 % of the work: a minute of a long training
  double may_recur = 0;     ///< share of the remaining cost to add if each epoch begins as the first one did
  bool saw_epoch_end = false;
  bool saw_evaluation = false;  ///< epochs' ends cost more than the work before them
};

/// Upper end of a 90 % interval of an end phase's cost, in cycles, where nothing else remains.
[[nodiscard]] double end_phase_quantile(const Situation& situation,
                                        const ChangeConstants& constants = default_change_constants());
/// Probability that an end phase costs more than this many cycles.
[[nodiscard]] double end_phase_above(double cycles, const Situation& situation,
                                     const ChangeConstants& constants = default_change_constants());

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
  [[nodiscard]] double above_unshifted(double u) const;
  [[nodiscard]] double below_unshifted(double u) const;

  static constexpr int places_ = 12;
  static constexpr int sizes_ = 8;
  double change_ = 0;  ///< probability that the regime will still change
  double upward_, rise_, fall_;
  double sd_ = 0;
  /// Share of the remaining work that comes after the change, for equally likely places of the change.
  double affected_[places_] = {};
  /// Possible shifts of the error, relative to the remaining cost, and their probabilities.
  struct Shift {
    double by = 0;
    double probability = 0;
  };
  /// sizes_ equally likely shifts, together with this probability.
  template <class Quantile>
  void add_shifts(double probability, Quantile quantile);
  std::vector<Shift> shifts_;
  double unshifted_ = 1;
};

}  // namespace joulecast::estimate
