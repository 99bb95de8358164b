#include "estimate/online/regime_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::estimate {
namespace {

// Shares of the regime's mean, and counts. Each was chosen from a range in which the error on recorded runs
// hardly depends on it.
// two units that differ by less than this share of the jump have settled at a new level
constexpr double settled_share = 0.25;
constexpr double same_level = 0.02;  // two regimes closer than this are the same
constexpr int trend_units = 25;      // a shorter regime cannot refute a trend that it inherited
constexpr double trend_reach = 4;    // how far a trend is extrapolated, in multiples of the regime's length

double median_of_three(double a, double b, double c) {
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

}  // namespace

bool RegimeTracker::departure_is_explained() const {
  return current_.explains(departure_.low) && current_.explains(departure_.high) &&
         departure_.length <= std::max(3, 2 * current_.longest_excursion());
}

bool RegimeTracker::doubtful() const {
  return just_shifted_ || (departure_.open() && !departure_is_explained());
}

void RegimeTracker::add(RatedUnit unit) {
  ++units_;
  rate_before_ = std::exchange(rate_, unit.rate);
  just_shifted_ = false;
  if (current_.units() == 0) {
    current_.add(unit);
  } else if (current_.holds(unit.rate)) {
    if (departure_.open()) current_.add_excursion(departure_), departure_ = {};
    current_.add(unit);
    find_slow_shift();
  } else if (back_in_previous(unit.rate)) {
    resume_previous(unit);
  } else if (current_.units() < 2 || (current_.units() < 3 && !previous_)) {
    current_ = {};  // the units so far were the start-up, not a regime
    departure_ = {};
    current_.add(unit);
    begin_ = units_ - 1;
  } else {
    depart(unit);
  }
}

void RegimeTracker::depart(RatedUnit unit) {
  departure_.add(unit);
  if (departure_is_explained() || !departure_has_settled()) return;
  ++changes_;
  begin_regime(departure_.last, current_);
}

bool RegimeTracker::departure_has_settled() const {
  if (departure_.length < 3) return false;
  const auto& [a, b, c] = departure_.last;
  const double mean = current_.mean();
  const bool one_side = (a.rate > mean) == (b.rate > mean) && (b.rate > mean) == (c.rate > mean);
  const double jump = std::abs(median_of_three(a.rate, b.rate, c.rate) - mean);
  return one_side &&
         std::abs(c.rate - b.rate) <= std::max(Regime::smallest_band * c.rate, settled_share * jump);
}

bool RegimeTracker::back_in_previous(double rate) const {
  if (!previous_ || !previous_->holds(rate)) return false;
  // After units that fit neither regime, a single one is not enough evidence.
  return !departure_.open() || previous_->holds(departure_.last.back().rate);
}

void RegimeTracker::resume_previous(RatedUnit unit) {
  auto resumed = *previous_;
  resumed.add_excursion(current_);
  current_ = resumed;
  current_.add(unit);
  previous_.reset();
  departure_ = {};
  inherited_drift_ = 0;
  begin_ = previous_begin_;
  --changes_;
}

void RegimeTracker::find_slow_shift() {
  auto before = current_.before_slow_shift();
  if (!before) return;
  const auto recent = average(current_.last_three());
  if (previous_ && std::abs(recent.rate - previous_->mean()) <= same_level * previous_->mean()) {
    auto resumed = *previous_;
    resumed.add_excursion(*before);
    for (const auto& unit : current_.last_three()) resumed.add(unit);
    current_ = resumed;
    inherited_drift_ = 0;
    previous_.reset();
    begin_ = previous_begin_;
    --changes_;
    return;
  }
  ++changes_;
  const double trend = before->drift();
  const bool onward = trend * (recent.rate - before->mean()) > 0;
  begin_regime(current_.last_three(), *before);
  just_shifted_ = true;
  inherited_drift_ = onward ? trend : 0;
}

void RegimeTracker::begin_regime(const std::array<RatedUnit, 3>& units, Regime left) {
  const auto copy = units;
  const double after = average(copy).rate;
  last_change_ = after > 0 && left.mean() > 0 ? std::log(after / left.mean()) : 0;
  previous_ = left;
  previous_begin_ = begin_;
  current_ = {};
  for (const auto& unit : copy) current_.add(unit);
  departure_ = {};
  inherited_drift_ = 0;
  begin_ = units_ - 3;
}

double RegimeTracker::long_run_rate() const {
  constexpr double many_units = 1e6;
  const auto outlook = this->outlook(many_units);
  return outlook ? outlook->rate : 0;
}

std::optional<double> RegimeTracker::jump_to_lone_unit() const {
  if (current_.units() != 1 || units_ == 1 || rate_ <= 0 || rate_before_ <= 0) return std::nullopt;
  return std::abs(std::log(rate_ / rate_before_));
}

double RegimeTracker::drift() const {
  // A shift along a trend does not end the trend. The previous regime's drift holds until this one is long
  // enough to tell.
  const double own = std::abs(current_.drift());
  return current_.units() < trend_units ? std::max(own, std::abs(inherited_drift_)) : own;
}

std::optional<RegimeTracker::Outlook> RegimeTracker::outlook(double remaining_units,
                                                             bool one_may_follow) const {
  if (units_ == 0) return std::nullopt;
  const double mean = current_.mean();
  double doubt = 0;
  const bool unexplained = departure_.open() && !departure_is_explained();
  Regime cycle = current_;
  if (departure_.open() && !unexplained) cycle.add_excursion(departure_);
  const auto excess = cycle.excess_of_next(remaining_units, one_may_follow);
  double rate = mean + excess.rate;
  if (unexplained) {
    // Counts half as an excursion and half as a new regime, until the next units decide.
    const auto& [a, b, c] = departure_.last;
    const double there = departure_.length == 1   ? c.rate
                         : departure_.length == 2 ? (b.rate + c.rate) / 2
                                                  : median_of_three(a.rate, b.rate, c.rate);
    rate = (rate + there) / 2;
    doubt = std::abs(there - mean) / 2;
  }
  if (rate <= 0) return Outlook{};
  // Along a trend the regime's mean lags by half the regime, and the remaining units lie ahead by half their
  // number. A trend is not extrapolated for ever: a regime's own trend up to a multiple of its length, an
  // inherited one up to a multiple of all units seen.
  const double seen = inherited_drift_ != 0 ? units_ : current_.units();
  const double behind = std::min<double>(current_.units(), Regime::memory);
  const double drifted = drift() * (behind + std::min(remaining_units, trend_reach * seen)) / 2;
  const double recurring = excess.sd / rate;
  return Outlook{rate,
                 std::hypot(current_.mean_sd(), current_.future_sd(remaining_units),
                            std::hypot(drifted, recurring, doubt / rate)),
                 mean};
}

}  // namespace joulecast::estimate
