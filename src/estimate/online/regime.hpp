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

namespace joulecast::estimate {

/// One unit of work and what it cost for each part of it.
struct RatedUnit {
  double rate = 0;
  double work = 0;
};

/// Units in a row that do not fit the regime, and may turn out to be an excursion or a new regime.
struct Departure {
  std::array<RatedUnit, 3> last{};  ///< the latest ones, oldest first
  int length = 0;
  double work = 0;
  double cost = 0;  ///< sum of rate x work
  double low = 0, high = 0;

  void add(RatedUnit unit);
  [[nodiscard]] bool open() const { return length > 0; }
};

/// Sums over one regime. Units fade after some 40 newer ones, so that drift does not bind it to a far past.
class Regime {
 public:
  void add(RatedUnit unit);
  /// What departed came back.
  void add_excursion(const Departure& departure);
  /// A whole other regime turns out to have been an excursion from this one.
  void add_excursion(const Regime& other);

  [[nodiscard]] int units() const { return later_units_ + (first_ ? 1 : 0); }
  /// Mean rate by work, without excursions. The first unit is a transition: it counts until two others are
  /// there.
  [[nodiscard]] double mean() const;
  /// Standard deviation of one unit relative to the mean, shrunk towards 1 % while there are few units.
  [[nodiscard]] double spread() const;
  /// Whether a unit of this rate belongs to the regime.
  [[nodiscard]] bool holds(double rate) const;
  /// Whether recurring excursions (two or more) have reached this rate before.
  [[nodiscard]] bool explains(double rate) const;
  [[nodiscard]] int longest_excursion() const { return longest_; }

  /// What excursions add to the mean rate. One alone may never come again and counts a quarter.
  [[nodiscard]] double cycle_excess() const;
  [[nodiscard]] double cycle_excess_sd() const;
  /// Standard deviation of the regime's mean, relative, with the correlation of neighbouring units taken into
  /// account.
  [[nodiscard]] double mean_sd() const;
  /// The same of the mean of so many units still to come, about the true mean.
  [[nodiscard]] double future_sd(double units) const;
  /// Trend of the rate per unit, relative to the mean, with its sign: its significant part, 0 where there is
  /// none.
  [[nodiscard]] double drift() const;

  /// Whether the last three units lie apart from those before: then the regime as it was before them.
  [[nodiscard]] std::optional<Regime> before_slow_shift() const;
  [[nodiscard]] const std::array<RatedUnit, 3>& last_three() const { return last_; }

 private:
  [[nodiscard]] double band() const;
  [[nodiscard]] double sd_of_mean(double units) const;
  [[nodiscard]] double faded_units() const;
  void add_to_trend(double rate);
  void remove_last_three_from_trend();

  std::optional<RatedUnit> first_;
  std::array<RatedUnit, 3> last_{};  ///< oldest first
  int later_units_ = 0;              ///< all but the first
  double total_work_ = 0;            ///< of all units, never fades
  double work_ = 0;                  ///< faded, as all that follows
  double mean_ = 0;
  double squares_ = 0;     ///< sum of squares about the mean
  double neighbours_ = 0;  ///< sum of products of neighbours about the mean
  double previous_rate_ = 0;
  struct Trend {
    double count = 0, mean_place = 0, mean_rate = 0, place_place = 0, place_rate = 0;
  } trend_;
  int excursions_ = 0;
  double last_excursion_ = 0;  ///< where it was, in units
  int gaps_ = 0;               ///< between excursions, with mean and sum of squares of their lengths
  double mean_gap_ = 0, gap_squares_ = 0;
  int longest_ = 0;
  double excursion_work_ = 0;
  double excess_ = 0;  ///< sum of work x (rate - mean) of the excursions
  double low_ = 0, high_ = 0;
};

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
