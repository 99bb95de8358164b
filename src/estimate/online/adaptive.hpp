// The adaptive estimator: E = energy used so far + remaining work x energy per work in the current regime +
// remaining epochs x what an epoch's end adds. Time is forecast in the same way, so the method does not need
// to be told the duration.
//
// It takes work in portions of any size. They are collected in a bounded history (work_history.hpp), divided
// into comparable units (work_division.hpp), and rated (work_rates.hpp) when a forecast is asked for.
#pragma once

#include <optional>

#include "estimate/online/change_model.hpp"
#include "estimate/online/method.hpp"
#include "estimate/online/work_history.hpp"
#include "estimate/online/work_rates.hpp"

namespace joulecast::estimate {

/// The remaining amount of one quantity (energy or time), with the distribution of its error.
struct Remainder {
  double value = 0;
  Situation situation;
  ErrorModel error;
  double cycle_cost = 0;  ///< of a cycle, as in Situation::cycle, but in the quantity's own unit

  /// Of the amount. Where no work remains, only an end phase may come.
  [[nodiscard]] Interval<double> interval() const;
  /// Probability that it exceeds `amount` >= 0.
  [[nodiscard]] double above(double amount) const;
};

class Adaptive final : public OnlineEstimator {
 public:
  explicit Adaptive(const Plan& plan) : total_work_(plan.total_work), prior_(plan.prior) {}

  Status observe(const WorkUnit& unit) override { return observe(unit, false); }
  /// epoch_end: an epoch ended with this unit.
  Status observe(const WorkUnit& unit, bool epoch_end);
  /// Counts time and energy in which no work moved, such as a validation, and ends the epoch. Nothing if they
  /// are impossible or no work was done yet.
  void end_epoch(Seconds duration, std::optional<Joules> energy);
  /// Before the first unit this is the prior alone. Nothing if there is neither a unit nor a prior, or if the
  /// total work is unknown.
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override;

  void set_total_work(double total_work);
  /// The work of an epoch, if it is known before the first one ends.
  void set_epoch_work(double epoch_work);
  /// Whether the work counts steps or the like, and not samples, percent or epochs. Until that is told, it is
  /// taken to come in whole units such as epochs.
  void set_counts_steps(bool counts_steps);
  /// How many steps a unit of work has, where it is no step; 0 if that is not known.
  void set_steps_per_work(double steps);
  /// Standard deviation of the remaining work, where the total work is itself expected and not told.
  void set_work_sd(double work_sd);
  [[nodiscard]] std::optional<double> total_work() const { return total_work_; }
  [[nodiscard]] double work_done() const { return done_; }
  [[nodiscard]] double share() const;
  [[nodiscard]] Joules used() const;
  [[nodiscard]] Seconds elapsed() const { return elapsed_; }
  [[nodiscard]] int regime_changes() const { return rates().energy.tracker().changes(); }
  /// The forecast and its interval can be relied on: the interval is narrow provided that nothing changes,
  /// and the last units held no surprise. What has not shown yet, such as a validation, is in the interval.
  [[nodiscard]] bool ready() const;
  /// It is ready, and what mostly differs has shown itself: the second epoch, or an evaluation between steps.
  [[nodiscard]] bool may_act() const;

  /// Cost of the next `work` units of work; nothing before the first measured unit.
  [[nodiscard]] std::optional<Remainder> energy_for(double work) const;
  [[nodiscard]] std::optional<Remainder> time_for(double work) const;
  /// Mean work of a unit so far; 0 before the first unit.
  [[nodiscard]] double work_per_unit() const { return units_ > 0 ? done_ / units_ : 0; }
  [[nodiscard]] std::optional<Estimate<Joules>> total() const;
  [[nodiscard]] std::optional<Estimate<Seconds>> duration() const;
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;

 private:
  struct Rates {
    WorkRates energy;
    WorkRates time;
  };
  /// Of everything observed; computed when first needed.
  [[nodiscard]] const Rates& rates() const;
  [[nodiscard]] double steps_seen() const;
  /// Fewer steps were seen than it takes until caches are full and kernels are tuned.
  [[nodiscard]] bool saw_few_steps() const;
  /// The present regime has lasted for many steps, however small a share of the work they are.
  [[nodiscard]] bool saw_steady_steps() const;
  /// So little of a live training that its course is mostly unknown.
  [[nodiscard]] bool saw_little() const;
  /// No epoch has ended, and all that was seen may still be a dearer start.
  [[nodiscard]] bool may_be_start() const;
  /// Files and caches may be cold throughout the first epoch, however many steps it has, and the second has
  /// not shown its level yet.
  [[nodiscard]] bool may_be_cold(const WorkRates& rates) const;
  /// Of several epochs, the second has not begun: what follows each of them was not seen yet.
  [[nodiscard]] bool in_first_of_epochs() const;
  [[nodiscard]] bool only_steps() const;
  /// Only steps are known, and nothing such as an evaluation has come between them yet.
  [[nodiscard]] bool unseen_cycle(const WorkRates& rates) const;
  [[nodiscard]] double relative_work_sd() const;
  [[nodiscard]] std::optional<Remainder> next(const WorkRates& rates, double work) const;

  WorkHistory history_;
  mutable std::optional<Rates> rates_;
  std::optional<double> total_work_;
  std::optional<Prior> prior_;
  double epoch_work_ = 0;  ///< 0 = not known
  std::optional<bool> counts_steps_;
  double steps_per_work_ = 0;  ///< 0 = not known
  double work_sd_ = 0;
  int units_ = 0;
  double done_ = 0;
  double unmeasured_work_ = 0;
  Joules measured_{0};
  Seconds elapsed_{0};
};

}  // namespace joulecast::estimate
