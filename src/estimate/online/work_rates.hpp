// What the work of a training costs in one quantity, energy or time: the rate of the current regime, and what
// an epoch's end adds to it.
#pragma once

#include <optional>

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
    double relative_sd = 0;  ///< provided that nothing changes
  };
  /// Of the next `work`. Nothing before the first measured block.
  [[nodiscard]] std::optional<Cost> cost_of(double work) const;
  /// Cost of one cycle (WorkDivision::cycle) at the current rate.
  [[nodiscard]] double cycle_cost() const;

  /// Of the units between the edges.
  [[nodiscard]] const RegimeTracker& tracker() const { return tracker_; }

 private:
  void add_edge(const WorkBlock& block, double rate);
  [[nodiscard]] double ends_within(double work) const;

  RegimeTracker tracker_;
  double unit_work_ = 0;  ///< mean of the units
  double cycle_ = 0;
  double edge_every_ = 0, since_edge_ = 0;
  /// What the ends of epochs cost beyond the rate of the units around them.
  int edges_ = 0;
  double first_excess_ = 0;
  double mean_excess_ = 0;  ///< without the first, once there are others
  double excess_squares_ = 0;
  double neighbours_rate_ = 0;  ///< mean of the last units before the edge
  int neighbours_ = 0;
};

}  // namespace joulecast::estimate
