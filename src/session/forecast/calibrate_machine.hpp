// Fits what is known in general to the user's own machine: about a minute of micro-workloads, then a few
// short runs, update the physics parameters from their Gaussian prior.
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
  Seconds each{8};                       ///< of every micro-workload
  std::vector<std::string> cpu_command;  ///< runs one on the processor; see MicroRequest
  std::string gpu;                       ///< calibrated as well where given, by its command
  std::string gpu_command;               ///< for a shell; see MicroRequest
  MeasureCommand measure;                ///< how commands are measured
  FitInput runs;                         ///< a few runs of this machine; may be empty
  std::filesystem::path fitted;  ///< model file to start from; empty = the one that comes with joulecast
  std::filesystem::path output = "joulecast-calibrated.json";
  std::filesystem::path device_file;  ///< where the processor is described as a device; empty = nowhere
  std::string source{own_source};     ///< what this machine's rows are called
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
  std::string left_out_text;  ///< of the runs: one line, "" where none was left out
};

/// Measures, updates and writes the model file, in this order; bad input is found before a minute is spent.
/// invalid for a gpu without a gpu_command, a workload that fails, or a file without a physics model.
[[nodiscard]] Result<CalibrationResult> calibrate_machine(const CalibrationRequest& request);

/// The machine's processor as a device of the physics model: peak rates are the best that was measured, the
/// power limit that of the catalogue, else the most that was measured.
[[nodiscard]] Result<hardware::Gpu> device_from(const std::vector<MicroResult>& results,
                                                const std::string& name, std::optional<Watts> limit,
                                                double memory_gb);

}  // namespace joulecast::session
