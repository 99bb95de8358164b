#include "measure/repeats.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::measure {
namespace {

constexpr double whole = 0.999;
/// Assumed relative spread of repeats that end early, with the weight of one of them.
constexpr double assumed_spread = 0.25;
constexpr double notable_difference = 0.1;  // of two repeats' times per work

bool are_apart(Seconds a, Seconds b) {
  return std::max(a, b) > std::min(a, b) * (1 + notable_difference);
}

}  // namespace

bool Repeats::differ(double work, Seconds duration) const {
  return differ_ || (seen_ > 0 && work > 0 && are_apart(duration / work, last_rate_));
}

void Repeats::add(double work, Seconds duration, std::optional<double> announced) {
  const auto rate = work > 0 ? duration / work : last_rate_;
  differ_ = seen_ > 0 && are_apart(rate, last_rate_);
  last_rate_ = rate;
  ended_early_ = ended_early_ || (announced && work < whole * *announced);
  const double off = work - mean_;
  mean_ += off / ++seen_;
  squares_ += off * (work - mean_);
}

Repeats::Expected Repeats::expect(double announced, double done, int others) const {
  if (!ended_early_) return {announced * (others + 1), 0};
  // A single one may have been any: the others may be as long as announced.
  const double spread = seen_ == 1 ? std::max(assumed_spread * mean_, (announced - mean_) / 2)
                                   : std::sqrt((squares_ + std::pow(assumed_spread * mean_, 2)) / seen_);
  const double present = done < mean_ ? mean_ : std::max(done, std::min(announced, done + spread));
  const double ahead = others + (done < present ? 1 : 0);
  // The mean is uncertain, and so is each of those to come.
  return {present + others * mean_, spread * std::sqrt(ahead * (1 + ahead / seen_))};
}

}  // namespace joulecast::measure
