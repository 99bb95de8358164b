// Adapts the general model to the user's own machine. About a minute of micro-workloads and a few short runs
// update the physics parameters, starting from their Gaussian prior.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "session/forecast/fit_data.hpp"
#include "session/forecast/measure_micro.hpp"
#include "session/forecast/update_model.hpp"

namespace joulecast::session {

struct CalibrationRequest {
  Seconds each{8};                       ///< duration of each micro-workload
  std::vector<std::string> cpu_command;  ///< command that runs one on the processor; see MicroRequest
  /// GPU to calibrate as well, with gpu_command; "" = none.
  std::string gpu;
  std::string gpu_command;       ///< shell command; see MicroRequest
  MeasureCommand measure;        ///< runs and measures a command
  FitInput runs;                 ///< a few runs of this machine; may be empty
  std::filesystem::path fitted;  ///< model file to start from; empty = the one that comes with joulecast
  std::filesystem::path output = "joulecast-calibrated.json";
  /// Where to write the description of the processor as a device; empty = nowhere.
  std::filesystem::path device_file;
  std::string source{own_source};  ///< name of the source for this machine's rows
  std::string framework = "calibration";
};

struct MeasuredDevice {
  hardware::Gpu device;
  std::vector<MicroResult> micro;
};

struct CalibrationResult {
  std::vector<MeasuredDevice> devices;  ///< the processor, then the GPU
  CalibrationErrors errors;
  std::filesystem::path output;
  std::string source;
  std::string left_out_text;  ///< one line on the runs that were left out; "" if none
  /// How busy the CPUs were while they should have been idle, if that was too much: every figure is doubtful
  /// then, and the idle power is not learned from.
  std::optional<double> busy;
};

/// Measures, updates and writes the model file, in this order. Checks the input first, so that bad input does
/// not cost a minute. invalid for a GPU without a gpu_command, a workload that fails, or a file without a
/// physics model.
[[nodiscard]] Result<CalibrationResult> calibrate_machine(const CalibrationRequest& request);

/// The machine's processor as a device of the physics model. Peak rates are the best measured ones. The power
/// limit is the catalogue's, or the highest measured power if the catalogue has none.
[[nodiscard]] Result<hardware::Gpu> device_from(const std::vector<MicroResult>& results,
                                                const std::string& name, std::optional<Watts> limit,
                                                double memory_gb);

}  // namespace joulecast::session
