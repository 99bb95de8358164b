// What a training costs in all, told from its first part: `joulecast probe`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "carbon/intensity.hpp"
#include "estimate/online/projector.hpp"
#include "session/reporting/report_runs.hpp"
#include "trace/energy.hpp"
#include "trace/forecast_doubt.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// What was measured until the training was ended, or ended by itself.
struct ProbedTraining {
  std::string run_id;           ///< "" if the run was not stored
  std::filesystem::path store;  ///< where it is
  bool ended_by_itself = false;
  bool killed = false;  ///< it did not end when it was asked to
  int exit_status = 0;
  /// Of the whole command, with the time it took to end.
  trace::RunEnergy energy;
  Seconds duration{0};
  // When the probe had seen enough:
  std::optional<estimate::Projection> projection;
  trace::ForecastDoubt doubt = trace::ForecastDoubt::no_progress;
  std::optional<trace::Phase> phase;  ///< that was counted, with its work
  Seconds elapsed{0};
};

enum class ProbeVerdict {
  ready,
  not_ready,
  whole,  ///< the training ended by itself: the figures are what it did cost
};
[[nodiscard]] std::string_view name_of(ProbeVerdict verdict);  ///< "ready", "not_ready", "whole"

struct ProbeRequest {
  ProbedTraining probed;
  Place place;
  std::string price = {};  ///< of a kilowatt-hour, "0.25" or "0.25 EUR"; "" = unknown
};

struct ProbeResult {
  ProbedTraining probed;
  ProbeVerdict verdict = ProbeVerdict::not_ready;
  std::string why;  ///< a clause: what the verdict rests on, or what is missing
  /// Of the whole training. A forecast that is not ready has them too, if there is one.
  std::optional<estimate::Estimate<Joules>> energy;
  std::optional<estimate::Estimate<Seconds>> duration;
  carbon::Estimate carbon;
  std::optional<estimate::Interval<GramsCO2e>> carbon_interval;
  std::optional<Money> money, price;  ///< price: of a kilowatt-hour
  std::optional<Money> money_low, money_high;
};

/// invalid, naming the field, for an impossible price or place.
[[nodiscard]] Status check(const ProbeRequest& request);
/// The same errors.
[[nodiscard]] Result<ProbeResult> probe_training(const ProbeRequest& request);

}  // namespace joulecast::session
