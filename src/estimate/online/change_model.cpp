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

double end_phase_probability(const Situation& situation, const ChangeConstants& c) {
  return situation.saw_evaluation ? c.end_phase_evaluated : c.end_phase;
}

/// Evaluations come this many times in a training at most; how often is uniform in log. So many have none
/// within the share that is done.
double none_came_yet(double share) {
  constexpr double most_evaluations = 100;
  return std::clamp(std::log(1 / share) / std::log(most_evaluations), 0.0, 1.0);
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
  const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-5 * std::max(1e-2, std::abs(a)); };
  const auto bracket = boost::math::tools::toms748_solve([&](double u) { return tail(u) - p; }, 0.0, reach,
                                                         at_zero, at_reach, close, steps);
  return (bracket.first + bracket.second) / 2;
}

}  // namespace

const ChangeConstants& default_change_constants() {
  static const ChangeConstants shipped{.hazard = 0.22,
                                       .hazard_after = 0.03,
                                       .upward = 0.75,
                                       .mean_rise = 0.19,
                                       .mean_fall = 0.09,
                                       .scale = 1.0,
                                       .floor = 0.007,
                                       .one_unit = 0.4,
                                       .two_units = 0.05,
                                       .end_phase = 0.25,
                                       .end_cycles = 1.3,
                                       .end_phase_evaluated = 0.12,
                                       .validation = 0.5,
                                       .validation_cost = 0.1,
                                       .evaluation_cost = 0.2,
                                       .cold = 0.5,
                                       .cold_cost = 0.2,
                                       .early = 0.25,
                                       .early_cost = 0.15,
                                       .recurring_begin = 0.25,
                                       .start_up = 0.5};
  return shipped;
}

double end_phase_above(double cycles, const Situation& situation, const ChangeConstants& c) {
  return end_phase_probability(situation, c) * std::exp(-std::max(0.0, cycles) / c.end_cycles);
}

double end_phase_quantile(const Situation& situation, const ChangeConstants& c) {
  constexpr double outside = (1 - interval_level) / 2;
  const double probability = end_phase_probability(situation, c);
  return probability > outside ? std::log(probability / outside) * c.end_cycles : 0;
}

template <class Quantile>
void ErrorModel::add_shifts(double probability, Quantile quantile) {
  if (!(probability > 0)) return;
  unshifted_ -= probability;
  for (int i = 0; i < sizes_; ++i)
    if (const double by = quantile((i + 0.5) / sizes_); std::isfinite(by))
      shifts_.push_back({by, probability / sizes_});
}

ErrorModel::ErrorModel(const Situation& now, const ChangeConstants& c)
    : upward_(c.upward), rise_(c.mean_rise), fall_(c.mean_fall) {
  const double seen = now.changed ? now.age : now.share;
  const double share = seen >= 0 ? std::clamp(seen, 1e-6, 1.0) : 1e-6;  // not a number: nothing is known
  change_ = 1 - std::pow(share, now.changed ? c.hazard_after : c.hazard);
  const bool lone = now.units <= 1 && !now.jump;
  const double young = lone             ? c.one_unit
                       : now.units <= 1 ? std::hypot(c.two_units, *now.jump)
                       : now.units == 2 ? c.two_units
                                        : 0;
  const double spread = now.relative_sd >= 0 ? now.relative_sd : std::numeric_limits<double>::infinity();
  sd_ = std::hypot(c.scale * spread, std::hypot(c.floor, young));
  for (int i = 0; i < places_; ++i) {
    const double place = std::pow(share, 1 - (i + 0.5) / places_);
    affected_[i] = share < 1 ? (1 - place) / (1 - share) : 0;
  }
  const auto exponential = [](double mean) { return [mean](double p) { return -std::log1p(-p) * mean; }; };
  // The shifts exclude each other, so the earlier ones come at the expense of the end phase.
  if (lone) add_shifts(c.start_up * unshifted_, [](double p) { return -p; });
  if (now.first_epoch && !now.saw_epoch_end)
    add_shifts(c.validation * unshifted_, exponential(c.validation_cost));
  if (now.unseen_cycle)
    add_shifts(c.validation * none_came_yet(share) * unshifted_, exponential(c.evaluation_cost));
  if (now.first_epoch || now.may_be_start)
    add_shifts(c.cold * unshifted_, [&](double p) { return 1 / (1 + exponential(c.cold_cost)(p)) - 1; });
  else if (now.saw_little)
    add_shifts(c.early * unshifted_, [&](double p) { return 1 / (1 + exponential(c.early_cost)(p)) - 1; });
  if (now.may_recur > 0) add_shifts(c.recurring_begin * unshifted_, [&](double) { return now.may_recur; });
  if (now.cycle > 0)
    add_shifts(end_phase_probability(now, c) * unshifted_, exponential(c.end_cycles * now.cycle));
}

double ErrorModel::above(double u) const {
  double sum = unshifted_ * above_unshifted(u);
  for (const auto& shift : shifts_) sum += shift.probability * above_unshifted(u - shift.by);
  return sum;
}

double ErrorModel::below(double u) const {
  double sum = unshifted_ * below_unshifted(u);
  for (const auto& shift : shifts_) sum += shift.probability * below_unshifted(u + shift.by);
  return sum;
}

double ErrorModel::above_unshifted(double u) const {
  if (u < 0) return 1 - below_unshifted(-u);
  double changed = 0;
  for (const double part : affected_)
    if (part > 0) changed += std::exp(-std::log1p(u / part) / rise_) / places_;
  return change_ * upward_ * changed + (1 - change_) * normal_tail(u / sd_);
}

double ErrorModel::below_unshifted(double u) const {
  if (u < 0) return 1 - above_unshifted(-u);
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
