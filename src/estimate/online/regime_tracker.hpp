// Follows one rate of a training (energy per unit of work, or time per unit of work) through its regimes.
//
// A regime is a stretch of units that cost about the same. A unit outside the regime's band raises a doubt,
// which the next units settle. If the rate comes back, it was an excursion, such as an evaluation or a pause.
// If three units stay away on one side, the rate has changed for good. Excursions that recur belong to the
// regime's cycle and enter its mean. A shift that is too small to show in a single unit is found by comparing
// the last three units with all earlier ones. If the rate returns to an earlier regime, the regime in between
// was an excursion too: alternating phases are one cycle. Every step is O(1).
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
    double rate = 0;         ///< expected rate of the remaining work
    double relative_sd = 0;  ///< of that rate, provided that the regime does not change again
    double ordinary = 0;     ///< rate without excursions
  };
  /// What to expect of the next `remaining_units` units. Nothing before the first unit. `one_may_follow`: an
  /// excursion that is due after the last of them still belongs to them.
  [[nodiscard]] std::optional<Outlook> outlook(double remaining_units, bool one_may_follow = false) const;

  /// Expected rate in the long run; 0 before the first unit.
  [[nodiscard]] double long_run_rate() const;

  [[nodiscard]] int units() const { return units_; }
  [[nodiscard]] int units_in_regime() const { return current_.units(); }
  /// How often the rate has changed for good.
  [[nodiscard]] int changes() const { return changes_; }
  /// The change that was found last: log of the rate after it over the one before.
  [[nodiscard]] double last_change() const { return last_change_; }
  /// The last unit does not fit any known pattern, or a slow shift has just been found.
  [[nodiscard]] bool doubtful() const;
  /// Of a regime of one unit that is not the run's first: |log of its rate over that of the unit before|.
  [[nodiscard]] std::optional<double> jump_to_lone_unit() const;
  /// Something notable came between the units of the current regime, such as an evaluation or a pause.
  [[nodiscard]] bool saw_excursion() const { return current_.saw_notable_excursion(); }
  /// Index of the first unit of the current regime.
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
  /// Drift of the previous regime, kept if a slow shift was one step of a longer trend.
  double inherited_drift_ = 0;
  int changes_ = 0;
  double last_change_ = 0;
  double rate_ = 0, rate_before_ = 0;  ///< of the last two units
  int units_ = 0;
  int begin_ = 0;
  int previous_begin_ = 0;
};

}  // namespace joulecast::estimate
