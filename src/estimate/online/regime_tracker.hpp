// Follows one rate of a training (energy per unit of work, or time per unit of work) through its regimes.
//
// A regime is a stretch of units that cost alike. A unit outside the regime's band opens a doubt: the next
// units decide whether it was an excursion (the rate comes back: an evaluation, a pause) or a change for good
// (three units stay away, on one side). Excursions that come again belong to the regime's cycle and enter its
// mean. A shift that no single unit shows is found by comparing the last three units with all before them. A
// regime that is left and found again was an excursion as well: alternating phases are one cycle. Every step
// is O(1).
#pragma once

#include <array>
#include <optional>

#include "estimate/online/regime.hpp"

namespace joulecast::estimate {

class RegimeTracker {
 public:
  /// rate >= 0, work > 0, both finite.
  void add(RatedUnit unit);

  struct Outlook {
    double rate = 0;         ///< expected of the work that remains
    double relative_sd = 0;  ///< of that rate, if the regime does not change again
  };
  /// What to expect of the next `remaining_units` units. Nothing before the first unit.
  [[nodiscard]] std::optional<Outlook> outlook(double remaining_units) const;

  [[nodiscard]] int units() const { return units_; }
  [[nodiscard]] int units_in_regime() const { return current_.units(); }
  /// How often the rate has changed for good.
  [[nodiscard]] int changes() const { return changes_; }
  /// The last unit is unexplained, or a slow shift has just been found.
  [[nodiscard]] bool doubtful() const;
  /// Index of the unit with which the current regime began.
  [[nodiscard]] int regime_begin() const { return begin_; }

 private:
  void depart(RatedUnit unit);
  [[nodiscard]] bool departure_is_explained() const;
  [[nodiscard]] bool departure_has_settled() const;
  [[nodiscard]] bool back_in_previous(double rate) const;
  void resume_previous(RatedUnit unit);
  void find_slow_shift();
  [[nodiscard]] double drift() const;
  void begin_regime(const std::array<RatedUnit, 3>& units, Regime left);

  Regime current_;
  std::optional<Regime> previous_;
  Departure departure_;
  bool just_shifted_ = false;
  double inherited_drift_ = 0;  ///< of the regime before a slow shift that was one step of a trend
  int changes_ = 0;
  int units_ = 0;
  int begin_ = 0;
  int previous_begin_ = 0;
};

}  // namespace joulecast::estimate
