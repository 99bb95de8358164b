#include "estimate/online/regime.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

// Shares of the regime's mean, and counts. Each was chosen from a range in which the error on recorded runs
// hardly depends on it.
constexpr double band_spreads = 4;       // half width of the band, in spreads of the regime
constexpr double prior_spread = 0.01;    // assumed spread of one unit before any data,
constexpr double prior_units = 5;        // worth this many units
constexpr double shift_spreads = 3;      // a slow shift is at least this many standard errors
constexpr double smallest_shift = 0.01;  // and at least this share of the mean
// assumed scatter of the distances between excursions until two are known
constexpr double prior_gap_scatter = 0.5;
constexpr double regular_scatter = 0.1;  // distances that differ by less are the same
constexpr double nearly_due = 0.1;       // an excursion so close to the end, in cycles, comes before it;
constexpr double half_a_unit = 0.5;      // where they come regularly, it is known better
constexpr double following = 1.5;        // units within which one follows the last unit,
constexpr double may_not_follow = 0.3;   // and the standard deviation of whether it does
constexpr double minor_excursion = 0.1;  // share of the usual one: so small a one does not count among them
constexpr double notable_excess = 0.02;  // share of the cost: more than what scatter looks like
constexpr double trend_errors = 2;       // a trend must exceed this many standard errors to count

void shift_in(std::array<RatedUnit, 3>& last, RatedUnit unit) {
  last = {last[1], last[2], unit};
}

}  // namespace

RatedUnit average(const std::array<RatedUnit, 3>& units) {
  RatedUnit all;
  for (const auto& unit : units) all.work += unit.work, all.rate += unit.rate * unit.work;
  all.rate /= all.work;
  return all;
}

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
  const double excess = departure.cost - mean() * departure.work;
  const double usual = excursions_ > 0 ? std::abs(excess_ / excursions_) : 0;
  const bool minor = std::abs(excess) < minor_excursion * usual;
  if (usual < minor_excursion * std::abs(excess)) excursions_ = gaps_ = 0, mean_gap_ = gap_squares_ = 0;
  excess_ += excess;
  excursion_work_ += departure.work;
  if (minor) return;
  last_end_ = total_work_ + excursion_work_;
  if (excursions_ == 0) first_end_ = last_end_;
  if (++excursions_ > 1) {
    const double gap = later_units_ - last_excursion_;
    const double off = gap - mean_gap_;
    mean_gap_ += off / ++gaps_;
    gap_squares_ += off * (gap - mean_gap_);
  }
  last_excursion_ = later_units_;
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

/// Relative scatter of the distances between excursions: 0 for evaluations at regular intervals, 1 for rare
/// random events.
double Regime::gap_scatter() const {
  double squares = prior_gap_scatter * prior_gap_scatter;
  if (gaps_ > 0 && mean_gap_ > 0) squares = (squares + gap_squares_ / (mean_gap_ * mean_gap_)) / gaps_;
  return std::sqrt(squares);
}

/// What came at unit 50 may come at 100: the units since the last one count only once they are more than a
/// usual gap. Where gaps are regular, it is known how many excursions there will be.
Regime::Excess Regime::excess_of_next(double units, bool one_may_follow) const {
  if (excursions_ == 0 || units <= 0) return {};
  const double unit_work = total_work_ / std::max(1, this->units());
  const bool regular = gaps_ >= 2 && mean_gap_ > 0 &&
                       gap_squares_ / gaps_ < regular_scatter * regular_scatter * mean_gap_ * mean_gap_;
  // The first unit is not among the later ones.
  const double gap = std::max((last_excursion_ + 1) / excursions_, (later_units_ + 1) / (excursions_ + 1.0));
  double cycle = gap + excursion_work_ / unit_work / excursions_;
  double since = std::min(later_units_ - last_excursion_, cycle);
  double slack = nearly_due * cycle;
  if (regular) {
    since = (total_work_ + excursion_work_ - last_end_) / unit_work;
    cycle = std::max(since, (last_end_ - first_end_) / gaps_ / unit_work);
    slack =
        one_may_follow ? std::min(following, cycle - half_a_unit) : std::min(half_a_unit, nearly_due * cycle);
  }
  const double whole = std::floor((since + units + slack) / cycle);
  const bool follows = regular && whole > std::floor((since + units + half_a_unit) / cycle);
  double count = regular ? whole : (units / cycle + whole) / 2;
  double sd = (regular ? regular_scatter : gap_scatter()) / std::sqrt(excursions_) * count;
  if (follows) sd = std::hypot(sd, may_not_follow);
  if (excursions_ == 1) sd = count = whole / 2;
  if (excursions_ > 1 && !regular) sd = std::hypot(sd, 0.5);
  const double each = excess_ / excursions_ / (units * unit_work);
  return {count * each, sd * std::abs(each)};
}

bool Regime::saw_notable_excursion() const {
  return excess_ >= notable_excess * mean() * total_work_;
}

double Regime::sd_of_mean(double units) const {
  const double prior = prior_spread * mean();
  double correlation = 0;
  if (later_units_ > 3) correlation = neighbours_ / (squares_ + prior_units * prior * prior);
  correlation = std::clamp(correlation, 0.0, 0.8);
  // In a first-order autoregression, the mean of n values has the variance of n (1 - r)/(1 + r) independent
  // ones (Bartlett 1946).
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
  // All three must be away, since a single one would be an outlier and not a shift.
  for (const auto& unit : last_)
    if ((unit.rate - before.mean_) * jump <= 0.4 * jump * jump) return std::nullopt;
  return before;
}

}  // namespace joulecast::estimate
