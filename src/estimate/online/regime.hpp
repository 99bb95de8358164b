// A regime, which is a stretch of units that cost about the same, and temporary departures from it.
//
// RegimeTracker (regime_tracker.hpp) decides which unit belongs to which regime. Every step is O(1).
#pragma once

#include <array>
#include <optional>

namespace joulecast::estimate {

/// One unit of work and its rate: cost per work.
struct RatedUnit {
  double rate = 0;
  double work = 0;
};

/// Merges three units into one, with their total work and their mean rate weighted by work.
[[nodiscard]] RatedUnit average(const std::array<RatedUnit, 3>& units);

/// Consecutive units that do not fit the regime. They may turn out to be an excursion or a new regime.
struct Departure {
  std::array<RatedUnit, 3> last{};  ///< the three latest units, oldest first
  int length = 0;
  double work = 0;
  double cost = 0;  ///< sum of rate x work
  double low = 0, high = 0;

  void add(RatedUnit unit);
  [[nodiscard]] bool open() const { return length > 0; }
};

/// Running sums over one regime. Older units lose weight, so that a slow drift does not tie the mean to the
/// distant past.
class Regime {
 public:
  static constexpr double memory = 40;  ///< number of units after which a unit's weight has fallen to 1/e
  /// Units whose rates differ by less than this (relative) always belong together.
  static constexpr double smallest_band = 0.03;

  void add(RatedUnit unit);
  /// Records a departure that came back to the regime.
  void add_excursion(const Departure& departure);
  /// Records that a whole other regime turned out to be an excursion from this one.
  void add_excursion(const Regime& other);

  [[nodiscard]] int units() const { return later_units_ + (first_ ? 1 : 0); }
  /// Mean rate weighted by work, without excursions. The first unit is a transition and is left out as soon
  /// as there are two others.
  [[nodiscard]] double mean() const;
  /// Standard deviation of one unit relative to the mean, shrunk towards 1 % while there are few units.
  [[nodiscard]] double spread() const;
  /// Whether a unit of this rate belongs to the regime.
  [[nodiscard]] bool holds(double rate) const;
  /// Whether recurring excursions (two or more) have reached this rate before.
  [[nodiscard]] bool explains(double rate) const;
  [[nodiscard]] int longest_excursion() const { return longest_; }

  /// What excursions add to the mean rate of the next `units`. A single excursion may never come again: that
  /// it does and that it does not weigh the same. `one_may_follow`: one that is due after the last unit is
  /// still part of it.
  struct Excess {
    double rate = 0;
    double sd = 0;  ///< of that rate
  };
  [[nodiscard]] Excess excess_of_next(double units, bool one_may_follow) const;
  /// Excursions cost more than scatter would explain, as evaluations do.
  [[nodiscard]] bool saw_notable_excursion() const;
  /// Relative standard deviation of the regime's mean. Takes the correlation of neighbouring units into
  /// account.
  [[nodiscard]] double mean_sd() const;
  /// Relative standard deviation of the mean of this many future units about the true mean.
  [[nodiscard]] double future_sd(double units) const;
  /// Significant trend of the rate per unit, relative to the mean and signed; 0 if the trend is not
  /// significant.
  [[nodiscard]] double drift() const;

  /// If the last three units lie apart from the earlier ones: the regime as it was before those three.
  [[nodiscard]] std::optional<Regime> before_slow_shift() const;
  [[nodiscard]] const std::array<RatedUnit, 3>& last_three() const { return last_; }

 private:
  [[nodiscard]] double band() const;
  [[nodiscard]] double gap_scatter() const;
  [[nodiscard]] double sd_of_mean(double units) const;
  [[nodiscard]] double faded_units() const;
  void add_to_trend(double rate);
  void remove_last_three_from_trend();

  std::optional<RatedUnit> first_;
  std::array<RatedUnit, 3> last_{};  ///< oldest first
  int later_units_ = 0;              ///< all but the first
  double total_work_ = 0;            ///< of all units; not faded
  double work_ = 0;                  ///< faded, like all members below
  double mean_ = 0;
  double squares_ = 0;     ///< sum of squares about the mean
  double neighbours_ = 0;  ///< sum of products of neighbouring deviations from the mean
  double previous_rate_ = 0;
  struct Trend {
    double count = 0, mean_place = 0, mean_rate = 0, place_place = 0, place_rate = 0;
  } trend_;
  int excursions_ = 0;
  double last_excursion_ = 0;            ///< its place, as a count of units
  double first_end_ = 0, last_end_ = 0;  ///< work, with excursions, at the first one's end and the last one's
  /// Number of distances between excursions, then the mean and the sum of squares of these distances.
  int gaps_ = 0;
  double mean_gap_ = 0, gap_squares_ = 0;
  int longest_ = 0;
  double excursion_work_ = 0;
  double excess_ = 0;  ///< sum of work x (rate - mean) over the excursions
  double low_ = 0, high_ = 0;
};

}  // namespace joulecast::estimate
