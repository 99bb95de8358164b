#include "estimate/online/change_model.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace joulecast::estimate {
namespace {

double normal_tail(double z) {
  return 0.5 * std::erfc(z * M_SQRT1_2);
}

constexpr double farthest = 10;  // the interval ends here at the latest, in multiples of the forecast

/// Where a falling tail reaches p within [0, reach] (Alefeld, Potra and Shi 1995, TOMS 748).
template <class Tail>
double quantile(Tail tail, double reach, double p) {
  const double at_zero = tail(0.0) - p;
  const double at_reach = tail(reach) - p;
  // The condition is negated so that NaN also returns here: the solver throws on NaN.
  if (!(at_zero > 0)) return 0;
  if (!(at_reach < 0)) return reach;
  std::uintmax_t steps = 40;
  const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-7 * std::max(1e-3, std::abs(a)); };
  const auto bracket = boost::math::tools::toms748_solve([&](double u) { return tail(u) - p; }, 0.0, reach,
                                                         at_zero, at_reach, close, steps);
  return (bracket.first + bracket.second) / 2;
}

}  // namespace

const ChangeConstants& default_change_constants() {
  static const ChangeConstants fitted{.hazard = 0.25,
                                      .hazard_after = 0.02,
                                      .upward = 0.85,
                                      .mean_rise = 0.17,
                                      .mean_fall = 0.06,
                                      .scale = 1.0,
                                      .floor = 0.009,
                                      .one_unit = 0.4,
                                      .two_units = 0.05,
                                      .end_phase = 0.2,
                                      .end_cycles = 1.0};
  return fitted;
}

ErrorModel::ErrorModel(const Situation& now, const ChangeConstants& c)
    : upward_(c.upward), rise_(c.mean_rise), fall_(c.mean_fall) {
  const double share =
      now.share >= 0 ? std::clamp(now.share, 1e-6, 1.0) : 1e-6;  // not a number: nothing is known
  change_ = 1 - std::pow(share, now.changed ? c.hazard_after : c.hazard);
  const double young = now.units <= 1 ? c.one_unit : now.units == 2 ? c.two_units : 0;
  const double spread = now.relative_sd >= 0 ? now.relative_sd : std::numeric_limits<double>::infinity();
  sd_ = std::hypot(c.scale * spread, std::hypot(c.floor, young));
  for (int i = 0; i < places_; ++i) {
    const double place = std::pow(share, 1 - (i + 0.5) / places_);
    affected_[i] = share < 1 ? (1 - place) / (1 - share) : 0;
  }
  if (!(now.cycle > 0)) return;
  end_ = c.end_phase;
  for (int i = 0; i < end_sizes_; ++i)
    end_size_[i] = -std::log1p(-(i + 0.5) / end_sizes_) * c.end_cycles * now.cycle;
}

double ErrorModel::above(double u) const {
  double with_end = 0;
  if (end_ > 0)
    for (const double size : end_size_) with_end += above_without_end(u - size) / end_sizes_;
  return (1 - end_) * above_without_end(u) + end_ * with_end;
}

double ErrorModel::below(double u) const {
  double with_end = 0;
  if (end_ > 0)
    for (const double size : end_size_) with_end += below_without_end(u + size) / end_sizes_;
  return (1 - end_) * below_without_end(u) + end_ * with_end;
}

double ErrorModel::above_without_end(double u) const {
  if (u < 0) return 1 - below_without_end(-u);
  double changed = 0;
  for (const double part : affected_)
    if (part > 0) changed += std::exp(-std::log1p(u / part) / rise_) / places_;
  return change_ * upward_ * changed + (1 - change_) * normal_tail(u / sd_);
}

double ErrorModel::below_without_end(double u) const {
  double changed = 0;
  for (const double part : affected_)
    if (u < part) changed += std::exp(std::log1p(-u / part) / fall_) / places_;
  return change_ * (1 - upward_) * changed + (1 - change_) * normal_tail(u / sd_);
}

Interval<double> ErrorModel::interval() const {
  constexpr double outside = (1 - interval_level) / 2;
  return {-quantile([this](double u) { return below(u); }, 0.99, outside),
          quantile([this](double u) { return above(u); }, farthest, outside)};
}

}  // namespace joulecast::estimate
