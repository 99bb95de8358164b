// `joulecast run`: measures a command from start to end and stores its cost.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/limits.hpp"
#include "run/probe.hpp"
#include "run/relay_link.hpp"
#include "sensors/support/sensor.hpp"
#include "trace/energy.hpp"

namespace joulecast::run {

struct MeasureOptions {
  std::vector<std::string> command;
  std::string name;  ///< empty = the script's name (run_name_of)
  std::map<std::string, std::string> tags;
  Seconds interval{1};
  std::vector<std::string> sensors;  ///< sensors to use; empty = all that work
  std::optional<std::filesystem::path> store;
  Place place;
  /// How long to measure before starting; a day at most.
  std::optional<Seconds> idle_baseline;
  measure::LimitOptions limits;
  measure::ContinueOptions continues;
  /// Ends the command once its forecast is ready, in place of letting it end.
  std::optional<ProbeOptions> probe;
  std::string epoch_regex;
  std::string step_regex;
  std::optional<double> total_epochs;
  std::optional<double> total_steps;
  /// Leaves Python's buffering of output into a pipe as it is: progress then arrives late and all at once.
  bool keep_buffering = false;
  /// Stores passwords, keys and tokens on the command line as they are (base/secrets.hpp).
  bool keep_arguments = false;
  bool watch_output = true;
  bool quiet = false;
  /// Where the live line goes; nothing = choose_live_mode().
  std::optional<LiveMode> live;
  /// Interval of plain lines, with LiveMode::log.
  Seconds log_every{300};
  /// Keeps processes that the command leaves behind in the measured tree, as children of this process
  /// (OrphanKeeper). Only if this process starts nothing but the command.
  bool adopt_orphans = false;
};

struct MeasureResult {
  int exit_status = 0;
  std::string run_id;  ///< empty if the run could not be stored
  std::filesystem::path store;
  /// Another rank of this node measures: the run is that one's, and goes on.
  bool is_attached = false;
  /// The live totals, which are available without a store.
  trace::RunEnergy energy;
  Seconds duration{0};
  std::optional<ProbeState> probe;  ///< of a probe
};

/// Runs the command and returns when it has ended, with its exit status in the result. An Error means that
/// the command was never started: unavailable = not found, denied = not executable, invalid = unusable
/// options (where = the option's name here). Meanwhile this process passes all signals on to the command
/// (SignalGuard).
[[nodiscard]] Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment);

}  // namespace joulecast::run
