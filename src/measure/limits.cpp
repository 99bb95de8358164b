#include "measure/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace joulecast::measure {
namespace {

using trace::ForecastDoubt;

/// A training that says nothing for so long will probably say nothing at all.
constexpr Seconds patience_for_progress{60};
/// Totals often come a little later than the first step.
constexpr Seconds patience_for_total{5};

/// Of the rest that is forecast: so much of it is taken to come in any case. And of the limit: whatever is
/// forecast, a training that uses less than this is not ended.
constexpr double sure_part_of_rest = 0.125;
constexpr double least_part_of_limit = 0.8;
/// Of the forecast: to end a training with less left would spare little, and lose what it saves at its end.
constexpr double least_rest = 0.05;

/// Whether so old a doubt is worth telling while the run goes on.
bool is_worth_telling(ForecastDoubt doubt, Seconds age) {
  switch (doubt) {
    case ForecastDoubt::contradictory:
      return true;
    case ForecastDoubt::no_progress:
      return age >= patience_for_progress;
    default:
      return !trace::may_pass(doubt) && age >= patience_for_total;
  }
}

std::string sureness(double probability) {
  constexpr double hardly_more = 0.99;
  return probability > hardly_more ? "over 99 %" : fmt::format("{:.0f} %", 100 * probability);
}

/// What was used and the forecast must be known.
bool is_nearly_done(const LimitState& state) {
  return *state.projected - *state.used < least_rest * *state.projected;
}

/// The forecast and the probability must be known.
std::string above_limit(const LimitState& state, const LimitOptions& options) {
  return fmt::format("the run would use {}, more than {} with a probability of {}", to_text(*state.projected),
                     to_text(*options.projected), sureness(*state.probability_above));
}

std::string_view done_at(OnLimit action) {
  switch (action) {
    case OnLimit::warn:
      return "the user would be warned";
    case OnLimit::terminate:
      return "the command would be ended";
    case OnLimit::command:
      return "the command of --on-limit would be run";
  }
  return "";
}

}  // namespace

Joules acts_once_used(Joules projected, Joules limit) {
  // used + part x (projected - used) = limit
  const Joules reached = (limit - projected * sure_part_of_rest) / (1 - sure_part_of_rest);
  return std::min(limit, std::max(limit * least_part_of_limit, reached));
}

Limits::Verdict Limits::reached(std::string why, Joules limit, OnLimit action, const LimitState& state) {
  if (options_.dry) {
    why += fmt::format("; without --dry-stop {}", done_at(action));
    action = OnLimit::warn;
  }
  ended_ = action == OnLimit::terminate;
  return {std::move(why), action, limit, state.used, state.projected, {}};
}

std::optional<Limits::Verdict> Limits::check_energy(const LimitState& state) {
  if (!options_.energy || energy_told_ || !state.used || *state.used < *options_.energy) return std::nullopt;
  energy_told_ = true;
  return reached(fmt::format("the limit of {} is used up", to_text(*options_.energy)), *options_.energy,
                 options_.at_energy, state);
}

std::optional<Limits::Verdict> Limits::check_projected(const LimitState& state) {
  if (!options_.projected || projected_told_) return std::nullopt;
  const bool trusted = state.doubt == ForecastDoubt::none && state.ready && state.projected;
  was_ready_ = was_ready_ || trusted;
  if (!trusted || !state.used || state.probability_above.value_or(0) < options_.probability)
    return std::nullopt;
  const auto enough = acts_once_used(*state.projected, *options_.projected);
  if (*state.used < enough) return wait_for(enough, state);
  if (is_nearly_done(state)) return std::nullopt;
  projected_told_ = true;
  const auto action = options_.at_energy == OnLimit::command ? OnLimit::command : OnLimit::terminate;
  return reached(above_limit(state, options_), *options_.projected, action, state);
}

/// Tells, once, what would be done later.
std::optional<Limits::Verdict> Limits::wait_for(Joules used, const LimitState& state) {
  if (std::exchange(waiting_told_, true)) return std::nullopt;
  Verdict verdict;
  verdict.why = fmt::format("{}; --stop-if-projected acts once {:.0f} % of that are used, if it stays so",
                            above_limit(state, options_), 100 * (used / *options_.projected));
  return verdict;
}

/// A doubt is told early, but not before the training had a chance to dispel it.
std::optional<Limits::Verdict> Limits::doubt(const LimitState& state) {
  if (!options_.projected || projected_told_ || doubt_told_) return std::nullopt;
  if (state.doubt == ForecastDoubt::none) return std::nullopt;
  if (!is_worth_telling(state.doubt, state.elapsed - doubt_since_)) return std::nullopt;
  doubt_told_ = true;
  Verdict verdict;
  verdict.why = fmt::format("--stop-if-projected cannot act: {}", trace::reason_of(state.doubt));
  return verdict;
}

progress::RankLimits limits_of(const LimitOptions& options) {
  using Act = progress::RankLimits::Act;
  progress::RankLimits limits;
  if (options.energy) limits.energy_j = options.energy->value();
  limits.at_energy = options.at_energy == OnLimit::terminate ? Act::end
                     : options.at_energy == OnLimit::command ? Act::command
                                                             : Act::warn;
  if (options.projected) limits.projected_j = options.projected->value();
  limits.probability = options.probability;
  limits.dry = options.dry;
  limits.command = options.command;
  return limits;
}

LimitOptions options_of(const progress::RankLimits& limits) {
  using Act = progress::RankLimits::Act;
  LimitOptions options;
  if (limits.energy_j) options.energy = Joules{*limits.energy_j};
  options.at_energy = limits.at_energy == Act::end       ? OnLimit::terminate
                      : limits.at_energy == Act::command ? OnLimit::command
                                                         : OnLimit::warn;
  if (limits.projected_j) options.projected = Joules{*limits.projected_j};
  options.probability = limits.probability;
  options.dry = limits.dry;
  options.command = limits.command;
  return options;
}

std::vector<Limits::Verdict> Limits::check(const LimitState& state) {
  if (state.doubt != doubt_) {
    doubt_ = state.doubt;
    doubt_since_ = state.elapsed;
  }
  std::vector<Verdict> verdicts;
  for (const auto step : {&Limits::check_energy, &Limits::check_projected, &Limits::doubt}) {
    if (ended_) break;
    if (auto verdict = (this->*step)(state)) verdicts.push_back(std::move(*verdict));
  }
  return verdicts;
}

std::optional<std::string> Limits::at_end(const LimitState& state) const {
  if (!options_.projected || projected_told_ || ended_) return std::nullopt;
  if (state.doubt != ForecastDoubt::none)
    return fmt::format("--stop-if-projected could not act: {}", trace::reason_of(state.doubt));
  if (!state.ready && !was_ready_)
    return "--stop-if-projected could not act: the forecast was never ready to be acted on";
  if (state.used && *state.used > *options_.projected)
    return fmt::format("--stop-if-projected could not act in time: the run used {}, more than {}",
                       to_text(*state.used), to_text(*options_.projected));
  return std::nullopt;
}

}  // namespace joulecast::measure
