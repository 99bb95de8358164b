// What the work of a training costs in one quantity, energy or time: the rate of the current regime, and what
// the beginnings and ends of epochs add to it.
#pragma once

#include <optional>
#include <vector>

#include "estimate/online/edge_costs.hpp"
#include "estimate/online/rare_costs.hpp"
#include "estimate/online/regime_tracker.hpp"
#include "estimate/online/work_division.hpp"

namespace joulecast::estimate {

/// A cost per work of a block; nothing if it was not measured.
using BlockRate = std::optional<double> (*)(const WorkBlock& block);

class WorkRates {
 public:
  WorkRates() = default;
  WorkRates(const WorkDivision& division, BlockRate rate);

  struct Cost {
    double value = 0;
    double relative_sd = 0;  ///< by what the run has shown, provided that nothing changes
    double unseen_sd = 0;    ///< relative; by how epochs may differ of which few or none were seen
    /// Cost by which it is higher if what came before the first step comes before each epoch: not known until
    /// the second one.
    double may_recur = 0;
  };
  /// Of the next `work`. Nothing before the first measured block.
  [[nodiscard]] std::optional<Cost> cost_of(double work) const;
  /// Cost of one cycle (WorkDivision::cycle) at the current rate.
  [[nodiscard]] double cycle_cost() const;
  /// How much work was done since the rate last changed for good and by much; since the beginning if it never
  /// has. A change counts if it comes after this much work and not with the second epoch: before, the
  /// training is starting up.
  struct Settled {
    bool changed = false;  ///< upwards: from such a rate it seldom changes again
    bool fell = false;     ///< downwards, as at the end of a start-up
    double work = 0;
  };
  [[nodiscard]] Settled settled_after(double start_up_work) const;
  [[nodiscard]] bool in_first_epoch() const { return done_ < first_epoch_; }
  /// Work until the second epoch has shown its level; 0 if epochs are not known.
  [[nodiscard]] double first_epoch_work() const { return first_epoch_; }
  [[nodiscard]] bool saw_epoch_end() const { return ends_.seen() > 0; }
  /// Epochs' ends cost notably more than the work around them.
  [[nodiscard]] bool saw_evaluation() const;

  /// Something such as an evaluation or a pause came between the units.
  [[nodiscard]] bool saw_rare_cost() const { return rare_.seen() > 0 || tracker_.saw_excursion(); }

  /// What the last reports, which do not fill a unit yet, cost beyond the rate of the units: an evaluation
  /// may be among them.
  [[nodiscard]] double open_excess() const { return open_excess_; }

  /// Work since the current regime began.
  [[nodiscard]] double work_in_regime() const;
  /// Of the units between the edges.
  [[nodiscard]] const RegimeTracker& tracker() const { return tracker_; }

 private:
  void add_edge(EdgeCosts& edges, const WorkBlock& block, double rate) const;
  void learn_first_begin(const WorkBlock& block, BlockRate rate);
  void find_lasting_trend(const std::vector<RareCosts::Unit>& units);
  [[nodiscard]] bool has_trend() const { return trend_slope_ != 0; }
  [[nodiscard]] double onward_rate(double work) const;
  void compare_epochs(const WorkDivision& division, BlockRate rate);
  [[nodiscard]] double ends_within(double work) const;
  [[nodiscard]] double begins_within(double work) const;
  void add_edges_to(Cost& cost, double work) const;

  struct Change {
    double size = 0;    ///< log ratio of the rates
    double before = 0;  ///< work done before it
  };
  void follow_changes();

  RegimeTracker tracker_;
  RareCosts rare_;
  std::vector<Change> changes_;
  std::vector<double> done_before_;  ///< work done before each of the tracker's units
  double work_ = 0;                  ///< of all parts
  double unit_work_ = 0;             ///< mean of the units
  double cycle_ = 0;
  double edge_every_ = 0, since_edge_ = 0;
  bool awaits_end_ = false;
  EdgeCosts begins_, ends_;
  double first_begin_ =
      0;  ///< what the first epoch's first step cost beyond the others; start-up or like begins_
  /// Relative standard deviation of the rates of whole epochs, if only their insides are units.
  double epoch_spread_ = 0;
  /// Of a trend that went on from the first unit to the last: the rate now, and its change per work; 0 if
  /// there is none.
  double trend_rate_ = 0, trend_slope_ = 0;
  int whole_epochs_ = 0;
  double open_excess_ = 0;
  double first_epoch_ = 0;
  double done_ = 0;
};

}  // namespace joulecast::estimate
