#include "measure/recorded_limit_state.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"
#include "trace/forecast_doubt.hpp"

namespace joulecast::measure {
namespace {

using trace::ForecastDoubt;

constexpr double interval_end = 1.6448536269514722;  ///< of a 90 % interval, in standard deviations

/// Where nothing or no total was heard, the record shows it.
ForecastDoubt doubt_of(const trace::Run& run) {
  const auto kept = trace::forecast_doubt_from(run.info.forecast_doubt).value_or(ForecastDoubt::none);
  if (kept != ForecastDoubt::none) return kept;
  if (run.phases.empty()) return ForecastDoubt::no_progress;
  return run.info.total_work || run.phases.back().total_work ? ForecastDoubt::none : ForecastDoubt::no_total;
}

/// What Training::may_act() asks for beyond a forecast that is ready, as far as a record shows it: not only a
/// minute of a long training was seen, the second of several epochs has begun, and half of it or a quarter of
/// the work is done. Where no epoch has ended, the first one may be under way, so it takes half of the work.
bool has_shown_what_differs(const trace::Run& run, const trace::Projection& forecast) {
  constexpr double much_work = 0.5, some_work = 0.25, least_work = 0.05, half_of_second = 1.5;
  const auto& phase = run.phases.back();
  if (forecast.share >= much_work) return true;
  if (forecast.share < least_work) return false;
  if (phase.unit == "epoch") {
    const double total = phase.total_work.value_or(run.info.total_work.value_or(0));
    const double done = forecast.share * total;
    return total == 1 || done >= half_of_second || (done > 1 && forecast.share >= some_work);
  }
  const auto ended = std::ranges::count(run.epochs, run.phases.size() - 1, &trace::Epoch::phase);
  if (ended == 0) return false;
  return ended > 1 || (forecast.share >= some_work && forecast.time > run.epochs.back().span.end);
}

std::optional<double> probability_above(const trace::Projection& projection, Joules limit) {
  const bool below = projection.total <= limit;
  const auto& end = below ? projection.high : projection.low;
  if (!end) return std::nullopt;
  const double sd = std::abs((*end - projection.total).value()) / interval_end;
  const double over = (projection.total - limit).value();
  return sd > 0 ? stats::normal_cdf(over / sd) : over > 0 ? 1.0 : 0.0;
}

}  // namespace

LimitState limit_state_of(const trace::Run& run, std::optional<Joules> used, Joules limit) {
  LimitState state;
  state.elapsed = run.span.length();
  state.used = used;
  state.doubt = doubt_of(run);
  if (run.projections.empty() || run.projections.back().withdrawn) return state;
  const auto now = forecast_after(run.projections.back(), used, /*over=*/false);
  state.projected = now.total;
  state.ready = now.ready && state.doubt == ForecastDoubt::none && has_shown_what_differs(run, now);
  state.probability_above = probability_above(now, limit);
  return state;
}

trace::Projection forecast_after(trace::Projection made, std::optional<Joules> used, bool over) {
  if (made.share >= 1 && !over) made.ready = false;
  if (!used) return made;
  made.total = std::max(made.total, *used);
  if (made.low) made.low = std::max(*made.low, *used);
  if (made.high) made.high = std::max(*made.high, made.total);
  return made;
}

}  // namespace joulecast::measure
