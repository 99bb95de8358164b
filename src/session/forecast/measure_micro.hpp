// Measures the micro-workloads of a calibration. Who calls says how a command is measured: starting processes
// is not the library's business.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "session/forecast/micro_workload.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {

struct CommandToMeasure {
  std::vector<std::string> command;
  Seconds interval{1};          ///< between readings
  std::filesystem::path store;  ///< where the run may be kept
};
struct MeasuredCommand {
  int exit_status = 0;
  Seconds duration{0};
  trace::RunEnergy energy;
};
/// Runs a command to its end and measures it. An Error means that it was never started.
using MeasureCommand = std::function<Result<MeasuredCommand>(const CommandToMeasure&)>;

struct MicroRequest {
  /// Runs the workload and writes how much it did (FLOPs or bytes, and perhaps the seconds) into a file, as
  /// run_micro_into() does. {workload}, {seconds} and {output} are filled in; one argument each word.
  std::vector<std::string> command;
  std::string component;  ///< "cpu" or "gpu": whose power counts
  Seconds each{8};
};
/// Every kind, measured with whatever energy source is there. invalid where the command fails or writes no
/// number.
[[nodiscard]] Result<std::vector<MicroResult>> measure_micro(const MicroRequest& request,
                                                             const MeasureCommand& measure);

/// What a command of MicroRequest does for the processor: runs the workload and writes the file. invalid for
/// an unknown kind.
[[nodiscard]] Status run_micro_into(const std::filesystem::path& file, std::string_view kind,
                                    Seconds duration);

}  // namespace joulecast::session
