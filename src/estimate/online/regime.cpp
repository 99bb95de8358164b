#include "estimate/online/regime.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

// Shares of the regime's mean, and counts. Chosen where the error on recorded runs is flat around them.
constexpr double smallest_band = 0.03;  // units this near always belong together
constexpr double band_spreads = 4;      // wider where the regime itself scatters
constexpr double prior_spread = 0.01;   // of one unit: what is assumed before units have shown it,
constexpr double prior_units = 5;       // and how many units that assumption is worth
constexpr double memory = 40;           // units until older ones have faded to 1/e
constexpr double settled_share =
    0.25;                            // of the jump: two units that differ by less have arrived at a new level
constexpr double shift_spreads = 3;  // a slow shift is this many standard errors,
constexpr double smallest_shift = 0.01;    // and at least this share of the mean
constexpr double same_level = 0.02;        // two regimes nearer than this are one
constexpr double lone_excursion = 0.25;    // weight of an excursion that came once
constexpr double prior_gap_scatter = 0.5;  // of the distances between excursions, before two are known
constexpr double trend_errors = 2;         // a trend is believed beyond this many standard errors
constexpr int trend_units = 25;            // a regime shorter than this cannot deny a trend that it inherited
constexpr double trend_reach = 4;  // and extrapolated over at most this many times the regime's length

double median_of_three(double a, double b, double c) {
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

void shift_in(std::array<RatedUnit, 3>& last, RatedUnit unit) {
  last = {last[1], last[2], unit};
}

RatedUnit average(const std::array<RatedUnit, 3>& units) {
  RatedUnit all;
  for (const auto& unit : units) all.work += unit.work, all.rate += unit.rate * unit.work;
  all.rate /= all.work;
  return all;
}

}  // namespace

void Departure::add(RatedUnit unit) {
  low = length == 0 ? unit.rate : std::min(low, unit.rate);
  high = length == 0 ? unit.rate : std::max(high, unit.rate);
  shift_in(last, unit);
  ++length;
  work += unit.work;
  cost += unit.rate * unit.work;
}

double Regime::faded_units() const {
  return std::min<double>(later_units_, memory);
}

void Regime::add(RatedUnit unit) {
  shift_in(last_, unit);
  total_work_ += unit.work;
  if (!first_) {
    first_ = unit;
    return;
  }
  const double keep = later_units_ >= memory ? 1 - 1 / memory : 1;
  add_to_trend(unit.rate);
  const double off = unit.rate - mean_;
  work_ = work_ * keep + unit.work;
  if (later_units_++ == 0) {
    mean_ = unit.rate;
  } else {
    neighbours_ = neighbours_ * keep + (previous_rate_ - mean_) * off;
    mean_ += off * unit.work / work_;
    squares_ = squares_ * keep + off * (unit.rate - mean_);
  }
  previous_rate_ = unit.rate;
}

void Regime::add_to_trend(double rate) {
  const double keep = later_units_ >= memory ? 1 - 1 / memory : 1;
  auto& t = trend_;
  t.count = t.count * keep + 1;
  const double off = later_units_ - t.mean_place;
  t.mean_place += off / t.count;
  t.mean_rate += (rate - t.mean_rate) / t.count;
  t.place_place = t.place_place * keep + off * (later_units_ - t.mean_place);
  t.place_rate = t.place_rate * keep + off * (rate - t.mean_rate);
}

void Regime::remove_last_three_from_trend() {
  auto& t = trend_;
  for (int i = 2; i >= 0; --i) {
    const double place = later_units_ - 3 + i;
    const double rate = last_[static_cast<std::size_t>(i)].rate;
    const double left = t.count - 1;
    const double mean_place = (t.mean_place * t.count - place) / left;
    const double mean_rate = (t.mean_rate * t.count - rate) / left;
    t.place_place -= (place - t.mean_place) * (place - mean_place);
    t.place_rate -= (place - mean_place) * (rate - t.mean_rate);
    t = {left, mean_place, mean_rate, t.place_place, t.place_rate};
  }
}

void Regime::add_excursion(const Departure& departure) {
  if (++excursions_ > 1) {
    const double gap = later_units_ - last_excursion_;
    const double off = gap - mean_gap_;
    mean_gap_ += off / ++gaps_;
    gap_squares_ += off * (gap - mean_gap_);
  }
  last_excursion_ = later_units_;
  excess_ += departure.cost - mean() * departure.work;
  excursion_work_ += departure.work;
  low_ = excursions_ == 1 ? departure.low : std::min(low_, departure.low);
  high_ = excursions_ == 1 ? departure.high : std::max(high_, departure.high);
  longest_ = std::max(longest_, departure.length);
}

void Regime::add_excursion(const Regime& other) {
  Departure whole;
  whole.length = other.units();
  whole.work = other.total_work_;
  whole.cost = other.mean() * other.total_work_;
  whole.low = whole.high = other.mean();
  add_excursion(whole);
}

double Regime::mean() const {
  if (later_units_ == 0) return first_ ? first_->rate : 0;
  if (later_units_ == 1) return (mean_ * work_ + first_->rate * first_->work) / (work_ + first_->work);
  return mean_;
}

double Regime::spread() const {
  const double m = mean();
  if (m <= 0) return prior_spread;
  double squares = squares_;
  double degrees = std::max(0.0, faded_units() - 1);
  if (later_units_ == 1) squares = (first_->rate - mean_) * (first_->rate - mean_) / 2, degrees = 1;
  return std::sqrt((prior_units * prior_spread * prior_spread + squares / (m * m)) / (prior_units + degrees));
}

double Regime::band() const {
  return std::max(smallest_band, band_spreads * spread()) * mean();
}
bool Regime::holds(double rate) const {
  return std::abs(rate - mean()) <= band();
}
bool Regime::explains(double rate) const {
  return excursions_ >= 2 && rate >= low_ - band() && rate <= high_ + band();
}

double Regime::cycle_excess() const {
  if (excursions_ == 0) return 0;
  return (excursions_ == 1 ? lone_excursion : 1) * excess_ / (total_work_ + excursion_work_);
}

double Regime::cycle_excess_sd() const {
  if (excursions_ == 0) return 0;
  // The count of a renewal process scatters by cv / sqrt(count), cv = relative scatter of the gaps:
  // evaluations at a fixed distance are certain, rare events at random are not (cv = 1). Starts at cv = 1/2,
  // worth one gap.
  double scatter = prior_gap_scatter * prior_gap_scatter;
  if (gaps_ > 0 && mean_gap_ > 0) scatter = (scatter + gap_squares_ / (mean_gap_ * mean_gap_)) / gaps_;
  return std::abs(excess_) / (total_work_ + excursion_work_) * std::sqrt(scatter / excursions_);
}

double Regime::sd_of_mean(double units) const {
  const double prior = prior_spread * mean();
  double correlation = 0;
  if (later_units_ > 3) correlation = neighbours_ / (squares_ + prior_units * prior * prior);
  correlation = std::clamp(correlation, 0.0, 0.8);
  // Variance of a mean of n values of a first-order autoregression (Bartlett 1946): n (1 - r)/(1 + r) count.
  return spread() / std::sqrt(std::max(1.0, units * (1 - correlation) / (1 + correlation)));
}

double Regime::mean_sd() const {
  return sd_of_mean(faded_units());
}
double Regime::future_sd(double units) const {
  return sd_of_mean(units);
}

double Regime::drift() const {
  if (later_units_ < 6 || trend_.place_place <= 0 || mean() <= 0) return 0;
  const double slope = trend_.place_rate / trend_.place_place / mean();
  const double error = spread() / std::sqrt(trend_.place_place);
  return std::copysign(std::sqrt(std::max(0.0, slope * slope - trend_errors * trend_errors * error * error)),
                       slope);
}

std::optional<Regime> Regime::before_slow_shift() const {
  if (later_units_ < 5) return std::nullopt;
  const auto recent = average(last_);
  Regime before = *this;
  before.remove_last_three_from_trend();
  before.later_units_ -= 3;
  before.total_work_ -= recent.work;
  before.work_ -= recent.work;
  if (before.work_ <= 0) return std::nullopt;
  before.mean_ = (mean_ * work_ - recent.rate * recent.work) / before.work_;
  const double n = before.faded_units();
  const double jump = recent.rate - before.mean_;
  before.squares_ = std::max(0.0, squares_ - 3 * n / (n + 3) * jump * jump);
  before.neighbours_ = 0;
  const double prior = prior_spread * before.mean_;
  const double sd = std::sqrt((prior_units * prior * prior + before.squares_) / (prior_units + n + 1));
  if (std::abs(jump) <=
      std::max(shift_spreads * sd * std::sqrt(1.0 / 3 + 1 / n), smallest_shift * before.mean_))
    return std::nullopt;
  // All three must be away: one far unit is an outlier, not a shift.
  for (const auto& unit : last_)
    if ((unit.rate - before.mean_) * jump <= 0.4 * jump * jump) return std::nullopt;
  return before;
}

bool RegimeTracker::departure_is_explained() const {
  return current_.explains(departure_.low) && current_.explains(departure_.high) &&
         departure_.length <= std::max(3, 2 * current_.longest_excursion());
}

bool RegimeTracker::doubtful() const {
  return just_shifted_ || (departure_.open() && !departure_is_explained());
}

void RegimeTracker::add(RatedUnit unit) {
  ++units_;
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
    current_ = {};  // what came so far was the start-up, not a regime
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
  return one_side && std::abs(c.rate - b.rate) <= std::max(smallest_band * c.rate, settled_share * jump);
}

bool RegimeTracker::back_in_previous(double rate) const {
  if (!previous_ || !previous_->holds(rate)) return false;
  // After units that fitted neither regime, one alone does not tell.
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
  previous_ = left;
  previous_begin_ = begin_;
  current_ = {};
  for (const auto& unit : copy) current_.add(unit);
  departure_ = {};
  inherited_drift_ = 0;
  begin_ = units_ - 3;
}

double RegimeTracker::drift() const {
  // A shift along a trend does not end the trend: what the regime before had shown holds until this one can
  // tell.
  const double own = std::abs(current_.drift());
  return current_.units() < trend_units ? std::max(own, std::abs(inherited_drift_)) : own;
}

std::optional<RegimeTracker::Outlook> RegimeTracker::outlook(double remaining_units) const {
  if (units_ == 0) return std::nullopt;
  const double mean = current_.mean();
  double doubt = 0;
  const bool unexplained = departure_.open() && !departure_is_explained();
  Regime cycle = current_;
  if (departure_.open() && !unexplained) cycle.add_excursion(departure_);
  double rate = mean + cycle.cycle_excess();
  if (unexplained) {
    // Half an excursion, half a new regime, until the next units tell.
    const auto& [a, b, c] = departure_.last;
    const double there = departure_.length == 1   ? c.rate
                         : departure_.length == 2 ? (b.rate + c.rate) / 2
                                                  : median_of_three(a.rate, b.rate, c.rate);
    rate = (rate + there) / 2;
    doubt = std::abs(there - mean) / 2;
  }
  if (rate <= 0) return Outlook{0, 0};
  // Along a trend the mean lies half a regime behind, and the remaining units half their number ahead. A
  // trend is not extrapolated for ever: some times the regime's length, a carried one as far as it was seen.
  const double seen = inherited_drift_ != 0 ? units_ : current_.units();
  const double behind = std::min<double>(current_.units(), memory);
  const double drifted = drift() * (behind + std::min(remaining_units, trend_reach * seen)) / 2;
  const double recurring = cycle.cycle_excess_sd() / rate;
  return Outlook{rate, std::hypot(current_.mean_sd(), current_.future_sd(remaining_units),
                                  std::hypot(drifted, recurring, doubt / rate))};
}

}  // namespace joulecast::estimate
