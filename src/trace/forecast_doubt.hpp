// Why a forecast is not relied on, whatever its interval. One answer holds for all: a forecast with a doubt
// is never ready, and no limit acts on it.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::trace {

enum class ForecastDoubt {
  none,
  no_progress,      ///< no epoch or step was heard
  contradictory,    ///< what was heard contradicts itself, or came all at once
  other_total,      ///< the training gives another total than the user
  no_total,         ///< it is not known how much work there is
  guessed,          ///< numbers in the output look like progress, but no known format says so
  may_end_early,    ///< the training may stop early: its total is only the most that it may use
  more_may_follow,  ///< another fold, trial or stage may follow, of which nothing is known yet
  unproven_steps,   ///< whether the announced steps of an epoch are an epoch's has not shown yet
};

/// The word under which a run keeps it; "" for none.
[[nodiscard]] std::string_view name_of(ForecastDoubt doubt);
[[nodiscard]] std::optional<ForecastDoubt> forecast_doubt_from(std::string_view name);
/// A clause for the user, with what to do about it where something can be done; "" for none.
[[nodiscard]] std::string_view reason_of(ForecastDoubt doubt);
/// It mostly goes away as the training goes on, without the user's help.
[[nodiscard]] bool may_pass(ForecastDoubt doubt);

}  // namespace joulecast::trace
