#include "trace/forecast_doubt.hpp"

#include <algorithm>
#include <array>

namespace joulecast::trace {
namespace {

struct Row {
  ForecastDoubt doubt;
  std::string_view name;
  std::string_view reason;
};

constexpr std::array<Row, 9> rows{
    {{ForecastDoubt::none, "", ""},
     {ForecastDoubt::no_progress, "no_progress",
      "progress is not understood: no epoch or step was heard; --epoch-regex or --step-regex say how the "
      "output names them"},
     {ForecastDoubt::contradictory, "contradictory",
      "progress is not understood: what is told of it contradicts itself"},
     {ForecastDoubt::other_total, "other_total", "the training gives another total than --epochs or --steps"},
     {ForecastDoubt::no_total, "no_total", "no total known: give --epochs or --steps"},
     {ForecastDoubt::guessed, "guessed",
      "progress is not understood: it is only guessed from the output; --epoch-regex or --step-regex say "
      "how it is named"},
     {ForecastDoubt::may_end_early, "may_end_early",
      "the training may stop early, so its total is only the most that it may use"},
     {ForecastDoubt::more_may_follow, "more_may_follow",
      "another part like this one may follow, of which nothing is known yet"},
     {ForecastDoubt::unproven_steps, "unproven_steps",
      "it has not shown yet whether the announced steps are those of an epoch"}}};

const Row& row_of(ForecastDoubt doubt) {
  return *std::ranges::find(rows, doubt, &Row::doubt);
}

}  // namespace

std::string_view name_of(ForecastDoubt doubt) {
  return row_of(doubt).name;
}

std::optional<ForecastDoubt> forecast_doubt_from(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Row::name);
  if (found == rows.end()) return std::nullopt;
  return found->doubt;
}

std::string_view reason_of(ForecastDoubt doubt) {
  return row_of(doubt).reason;
}

bool may_pass(ForecastDoubt doubt) {
  return doubt == ForecastDoubt::more_may_follow || doubt == ForecastDoubt::unproven_steps;
}

}  // namespace joulecast::trace
