#include "measure/limits.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"

namespace joulecast::measure {
namespace {

using progress::Evidence;

/// A training that says nothing for so long will probably say nothing at all.
constexpr Seconds patience_for_progress{60};
/// Totals often come a little later than the first step.
constexpr Seconds patience_for_total{5};

constexpr std::string_view no_progress =
    "progress is not understood: no epoch or step was heard; --epoch-regex or --step-regex say how the "
    "output "
    "names them";
constexpr std::string_view only_guessed =
    "progress is not understood: it is only guessed from the output; --epoch-regex or --step-regex say how "
    "it "
    "is named";
constexpr std::string_view contradictory =
    "progress is not understood: what is told of it contradicts itself";
constexpr std::string_view disagrees = "the training gives another total than --epochs or --steps";
constexpr std::string_view no_total = "no total known: give --epochs or --steps";
constexpr std::string_view may_end_early =
    "the training may stop early, so its total is only the most that it may use";

/// Why the progress cannot be relied upon; "" if it can.
std::string_view doubt_about(const progress::Trust& trust) {
  if (!trust.evidence) return no_progress;
  if (!trust.consistent) return contradictory;
  if (!trust.agrees_with_user) return disagrees;
  if (!trust.total_known) return no_total;
  if (*trust.evidence == Evidence::guessed) return only_guessed;
  if (trust.total_is_maximum) return may_end_early;
  return "";
}

std::string sureness(double probability) {
  constexpr double hardly_more = 0.99;
  return probability > hardly_more ? "over 99 %" : fmt::format("{:.0f} %", 100 * probability);
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
  const bool trusted = doubt_about(state.trust).empty() && state.ready && state.projected;
  if (!trusted || state.probability_above.value_or(0) < options_.probability) return std::nullopt;
  projected_told_ = true;
  const auto action = options_.at_energy == OnLimit::command ? OnLimit::command : OnLimit::terminate;
  return reached(
      fmt::format("the run would use {}, more than {} with a probability of {}", to_text(*state.projected),
                  to_text(*options_.projected), sureness(*state.probability_above)),
      *options_.projected, action, state);
}

/// A doubt is told early, but not before the training had a chance to dispel it.
std::optional<Limits::Verdict> Limits::doubt(const LimitState& state) {
  if (!options_.projected || projected_told_ || doubt_told_) return std::nullopt;
  if (state.trust.evidence && !heard_since_) heard_since_ = state.elapsed;
  const auto why = doubt_about(state.trust);
  if (why.empty()) return std::nullopt;
  const bool long_enough = heard_since_ ? state.elapsed - *heard_since_ >= patience_for_total
                                        : state.elapsed >= patience_for_progress;
  if (!long_enough && why != contradictory) return std::nullopt;
  doubt_told_ = true;
  return Verdict{fmt::format("--stop-if-projected cannot act: {}", why), OnLimit::warn, {}, {}, {}, {}};
}

std::vector<Limits::Verdict> Limits::check(const LimitState& state) {
  std::vector<Verdict> verdicts;
  for (const auto step : {&Limits::check_energy, &Limits::check_projected, &Limits::doubt}) {
    if (ended_) break;
    if (auto verdict = (this->*step)(state)) verdicts.push_back(std::move(*verdict));
  }
  return verdicts;
}

std::optional<std::string> Limits::at_end(const LimitState& state) const {
  if (!options_.projected || projected_told_ || ended_) return std::nullopt;
  const auto why = doubt_about(state.trust);
  if (!why.empty()) return fmt::format("--stop-if-projected could not act: {}", why);
  if (!state.ready) return "--stop-if-projected could not act: the forecast was never ready";
  if (state.used && *state.used > *options_.projected)
    return fmt::format("--stop-if-projected could not act in time: the run used {}, more than {}",
                       to_text(*state.used), to_text(*options_.projected));
  return std::nullopt;
}

}  // namespace joulecast::measure
