// `joulecast run`: measures a command from its first to its last moment and stores what it cost.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/limits.hpp"
#include "sensors/support/sensor.hpp"
#include "trace/energy.hpp"

namespace joulecast::run {

struct MeasureOptions {
  std::vector<std::string> command;
  std::string name;  ///< empty = the command's own name
  std::map<std::string, std::string> tags;
  Seconds interval{1};
  std::vector<std::string> sensors;  ///< only these; empty = every one that works
  std::optional<std::filesystem::path> store;
  Place place;
  std::optional<Seconds> idle_baseline;  ///< measure this long before starting, a day at most
  measure::LimitOptions limits;
  std::string epoch_regex;
  std::optional<double> total_epochs;
  bool watch_output = true;
  bool quiet = false;
  Seconds report_every{60};  ///< plain lines where standard error is no terminal
  /// Processes that the command leaves behind stay in the measured tree, as children of ours (OrphanKeeper).
  /// Only where this process starts nothing but the command.
  bool adopt_orphans = false;
};

struct MeasureResult {
  int exit_status = 0;
  std::string run_id;  ///< empty where the run could not be kept
  std::filesystem::path store;
  trace::RunEnergy energy;  ///< the live sums, for when there is no store to ask
  Seconds duration{0};
};

/// Runs the command and returns when it has ended. Its exit status is in the result; an Error means that it
/// was never started: unavailable = not found, denied = not executable, invalid = unusable options (where =
/// the option's name here). While it runs, this process takes no signals but to pass them on (SignalGuard).
[[nodiscard]] Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment);

}  // namespace joulecast::run
