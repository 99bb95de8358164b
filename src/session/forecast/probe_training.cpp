#include "session/forecast/probe_training.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

using estimate::Estimate;
using estimate::Interval;

constexpr int first_signal_status = 128;  ///< of a command that a signal has ended

/// Why a command that ended by itself does not show what the training costs.
std::string failure_text(int exit_status) {
  if (exit_status > first_signal_status)
    return fmt::format("signal {} ended the command", exit_status - first_signal_status);
  return fmt::format("the command failed with exit status {}", exit_status);
}

constexpr std::string_view give_it_longer = "give it longer, as with --for 5m";

std::string missing_text(const ProbedTraining& probed) {
  if (!probed.energy.total) return "no source of energy could be read: joulecast doctor says why";
  if (trace::may_pass(probed.doubt))
    return fmt::format("{}; {}", trace::reason_of(probed.doubt), give_it_longer);
  if (probed.doubt != trace::ForecastDoubt::none) return std::string(trace::reason_of(probed.doubt));
  if (!probed.projection) return fmt::format("no unit of work has ended yet: {}", give_it_longer);
  return fmt::format(
      "it has not settled yet: caches, tuning and first epochs cost more than what follows; {}",
      give_it_longer);
}

std::string ready_text(const estimate::Projection& projection) {
  return fmt::format("{:.2g} % of the work were seen, and their cost has settled", 100 * projection.share);
}

void put_verdict(ProbeResult& result) {
  const auto& probed = result.probed;
  if (probed.ended_by_itself && probed.exit_status == 0 && probed.energy.total) {
    result.verdict = ProbeVerdict::whole;
    result.why = "the training has ended by itself: this is what it did cost";
    result.energy = Estimate<Joules>{*probed.energy.total, {}};
    result.duration = Estimate<Seconds>{probed.duration, {}};
    return;
  }
  if (probed.projection) {
    result.energy = probed.projection->total;
    result.duration = probed.projection->duration;
  }
  if (probed.ended_by_itself && probed.exit_status != 0) {
    result.why = failure_text(probed.exit_status);
  } else if (probed.projection && probed.projection->ready) {
    result.verdict = ProbeVerdict::ready;
    result.why = ready_text(*probed.projection);
  } else {
    result.why = missing_text(probed);
  }
}

/// What stands for a training's energy in another unit: grams, money.
void put_consequences(const ProbeRequest& request, ProbeResult& result) {
  if (!request.price.empty()) result.price = parse_price(request.price);
  if (!result.energy) {
    result.carbon.reason = "the energy is not known";
    return;
  }
  const auto& [value, interval] = *result.energy;
  result.carbon = carbon::estimate(to_kilowatt_hours(value), request.place, carbon::IntensityTable::read());
  if (result.carbon.mass && interval)
    result.carbon_interval = Interval<GramsCO2e>{*result.carbon.mass * (interval->low / value),
                                                 *result.carbon.mass * (interval->high / value)};
  if (!result.price) return;
  const auto pue = result.carbon.pue_given ? result.carbon.pue : 1;
  const auto cost_of = [&](Joules energy) {
    return Money{to_kilowatt_hours(energy).value() * pue * result.price->amount, result.price->currency};
  };
  result.money = cost_of(value);
  if (!interval) return;
  result.money_low = cost_of(interval->low);
  result.money_high = cost_of(interval->high);
}

}  // namespace

std::string_view name_of(ProbeVerdict verdict) {
  switch (verdict) {
    case ProbeVerdict::ready:
      return "ready";
    case ProbeVerdict::whole:
      return "whole";
    case ProbeVerdict::not_ready:
      break;
  }
  return "not_ready";
}

std::string_view name_of(BoardBasis basis) {
  switch (basis) {
    case BoardBasis::measured:
      return "measured";
    case BoardBasis::network:
      return "network";
    case BoardBasis::predicted:
      return "predicted";
    case BoardBasis::figures:
      break;
  }
  return "figures";
}

Status check(const ProbeRequest& request) {
  if (!request.price.empty() && !parse_price(request.price))
    return fail_field("price", "'{}' is no price of a kWh; write it like 0.25 or 0.25EUR", request.price);
  return carbon::check(request.place);
}

Result<ProbeResult> probe_training(const ProbeRequest& request) {
  if (auto ok = check(request); !ok) return propagate(ok.error());
  ProbeResult result;
  result.probed = request.probed;
  put_verdict(result);
  put_consequences(request, result);
  return result;
}

}  // namespace joulecast::session
