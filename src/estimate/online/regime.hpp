// A stretch of units that cost alike, and what departs from it for a while.
//
// RegimeTracker (regime_tracker.hpp) decides which unit belongs where. Every step is O(1).
#pragma once

#include <array>
#include <optional>

namespace joulecast::estimate {

/// One unit of work and what it cost for each part of it.
struct RatedUnit {
  double rate = 0;
  double work = 0;
};

/// One unit in place of three: their work, and their rate weighted by it.
[[nodiscard]] RatedUnit average(const std::array<RatedUnit, 3>& units);

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

/// Sums over one regime. Units fade with newer ones, so that drift does not bind it to a far past.
class Regime {
 public:
  static constexpr double memory = 40;           ///< units until older ones have faded to 1/e
  static constexpr double smallest_band = 0.03;  ///< units this near, relative, always belong together

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

}  // namespace joulecast::estimate
