// Measures the micro-workloads of a calibration. The caller supplies the function that runs and measures a
// command, because this library does not start processes.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "session/forecast/micro_workload.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {

struct CommandToMeasure {
  std::vector<std::string> command;
  Seconds interval{1};          ///< time between readings
  std::filesystem::path store;  ///< where the run may be stored
};
struct MeasuredCommand {
  int exit_status = 0;
  Seconds duration{0};
  trace::RunEnergy energy;
  std::optional<double> utilisation;  ///< mean of all CPUs meanwhile, 0..1
};
/// Runs a command to its end and measures it. Returns an Error only if the command was never started.
using MeasureCommand = std::function<Result<MeasuredCommand>(const CommandToMeasure&)>;

struct MicroRequest {
  /// The command that runs the workload and writes the amount of work (FLOPs or bytes, optionally the
  /// seconds) to a file, as run_micro_into() does. {workload}, {seconds} and {output} are replaced. One
  /// argument per word.
  std::vector<std::string> command;
  std::string component;  ///< "cpu" or "gpu": the component whose power is measured
  Seconds each{8};
};
/// Measures all kinds with the available energy sources. invalid if the command fails or writes no number.
[[nodiscard]] Result<std::vector<MicroResult>> measure_micro(const MicroRequest& request,
                                                             const MeasureCommand& measure);

/// The work of a MicroRequest command for the processor: runs the workload and writes the file. invalid for
/// an unknown kind.
[[nodiscard]] Status run_micro_into(const std::filesystem::path& file, std::string_view kind,
                                    Seconds duration);

}  // namespace joulecast::session
