// Everything that a report tells about one run or several: `joulecast report`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/place.hpp"
#include "base/result.hpp"
#include "session/reporting/energy_course.hpp"
#include "session/reporting/epoch_course.hpp"
#include "session/reporting/forecast_course.hpp"
#include "session/reporting/other_choices.hpp"
#include "session/reporting/power_course.hpp"
#include "session/runs/run_summary.hpp"
#include "session/tables/compare_runs.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::session {

struct ReportRequest {
  std::string store = {};              ///< path or address; "" = the user's own
  std::vector<std::string> runs = {};  ///< see store::RunStore; empty = the latest
  Place place = {};
  std::string price = {};   ///< of a kilowatt-hour, "0.25" or "0.25 EUR"; "" = unknown
  std::string budget = {};  ///< an energy, "2kWh"; "" = none
  std::string metric = {};  ///< the correctness to judge by; "" = correctness_of()
  bool lower_is_better = false;
  std::string group = {};  ///< column by which several runs are compared; "" = chosen by what differs
  OtherChoicesRequest choices = {};
};

/// Of more runs than this, the courses of time and the forecasts are not read: their comparison alone is
/// told.
constexpr std::size_t most_runs_in_full = 6;

struct Money {
  double amount = 0;
  std::string currency;  ///< as the user wrote it; "" = not said
};

/// Shares of the total energy by where the figures come from; together 1.
struct ProvenanceShares {
  double measured = 0;
  double modelled = 0;
  double assumed = 0;
};

/// What one run lacks is an error whose message says why.
struct ReportedRun {
  RunSummary summary;
  std::optional<ProvenanceShares> shares;
  std::optional<Money> money;
  Result<PowerCourse> power;
  Result<ForecastCourse> forecast;
  Result<EpochCourse> epochs;
  Result<EnergyCourse> spent;
  Result<OtherChoices> choices = fail(ErrorKind::unavailable, "", "not asked for");
};

struct RunsReport {
  std::vector<ReportedRun> runs;  ///< in the order of the request
  std::optional<Money> price;     ///< of a kilowatt-hour
  std::optional<Joules> budget;
  /// Of several runs: between groups with at least three runs each, and energy against correctness.
  Result<Comparison> comparison;
  Result<Tradeoff> tradeoff;
  Result<ForecastRecord> record;
};

/// "0.25", "0.25EUR", "0,25" is refused: nothing for what is no price.
[[nodiscard]] std::optional<Money> parse_price(std::string_view text);

/// Errors as store::RunStore. invalid, naming the field, for an impossible price, budget, place or metric,
/// and for the same run twice.
[[nodiscard]] Result<RunsReport> report_runs(const ReportRequest& request);

}  // namespace joulecast::session
