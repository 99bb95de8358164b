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
                                      .two_units = 0.05};
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
}

double ErrorModel::above(double u) const {
  double changed = 0;
  for (const double part : affected_)
    if (part > 0) changed += std::exp(-std::log1p(u / part) / rise_) / places_;
  return change_ * upward_ * changed + (1 - change_) * normal_tail(u / sd_);
}

double ErrorModel::below(double u) const {
  double changed = 0;
  for (const double part : affected_)
    if (u < part) changed += std::exp(std::log1p(-u / part) / fall_) / places_;
  return change_ * (1 - upward_) * changed + (1 - change_) * normal_tail(u / sd_);
}

Interval<double> ErrorModel::interval() const {
  constexpr double outside = (1 - interval_level) / 2;
  return {-quantile([this](double u) { return below(u); }, 0.99, outside),
          quantile([this](double u) { return above(u); }, 10, outside)};
}

}  // namespace joulecast::estimate
