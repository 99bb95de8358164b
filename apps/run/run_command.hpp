// `joulecast run`: measures a command from start to end and stores its cost.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "measure/limits.hpp"
#include "measure/measurement.hpp"
#include "run/probe.hpp"
#include "run/relay_link.hpp"
#include "sensors/support/sensor.hpp"
#include "trace/energy.hpp"

namespace joulecast::run {

/// For a program that measures one command after another, with nobody at the keyboard to watch over each.
struct Supervision {
  std::vector<std::pair<std::string, std::string>> variables;  ///< set for the command
  std::vector<int> cpus;                                       ///< that the command may use; empty = all
  /// Ends the command after this time.
  std::optional<Seconds> timeout;
  /// How long the command may take to end once it was asked to, by the timeout or by the user. A second
  /// signal of the user kills it at once.
  Seconds grace{30};
  /// What the command writes, also to the listener's thread: 0 = standard output, 1 = standard error.
  std::function<void(int stream, std::string_view bytes)> hear;
  /// Figures of the whole run that are known once it has ended, stored as its metrics.
  std::function<std::map<std::string, double>()> metrics;
  std::function<void(const measure::Live& live)> ticked;  ///< on the measurement's thread
};

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
  /// The command then also dies with this process.
  std::optional<Supervision> supervision;
};

struct MeasureResult {
  int exit_status = 0;
  std::string run_id;             ///< empty if the run could not be stored
  std::filesystem::path store;    ///< empty if it does not have the whole run
  std::filesystem::path journal;  ///< in which the run then waits for it (store/journal_run.hpp)
  /// Another rank of this node measures: the run is that one's, and goes on.
  bool is_attached = false;
  /// The live totals, which are available without a store.
  trace::RunEnergy energy;
  Seconds duration{0};
  std::optional<ProbeState> probe;  ///< of a probe
  bool timed_out = false;           ///< ended by Supervision::timeout
  bool over_limit = false;          ///< ended by a limit of MeasureOptions::limits
  bool asked_to_end = false;        ///< somebody sent this process a signal to that effect
  /// "512 bytes of the command's output could not be written: …"; empty = all of it was.
  std::string output_lost;
};

/// Runs the command and returns when it has ended, with its exit status in the result. An Error means that
/// the command was never started: unavailable = not found, denied = not executable, invalid = unusable
/// options (where = the option's name here). Meanwhile this process passes all signals on to the command
/// (SignalGuard).
[[nodiscard]] Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment);

}  // namespace joulecast::run
