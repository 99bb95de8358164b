// What the catalogue knows of GPUs and CPUs: `joulecast hardware`.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "hardware/catalogue.hpp"

namespace joulecast::session {

struct HardwareRequest {
  std::string name;  ///< of a GPU or CPU, as a driver, /proc/cpuinfo or a person gives it; "" = all GPUs
  std::filesystem::path gpu_file;  ///< JSON with the user's own GPUs, added to the table; empty = none
};

/// All GPUs of the catalogue. CPUs are thousands: only their number.
struct HardwareList {
  std::vector<hardware::Gpu> gpus;
  std::size_t cpu_count = 0;
};

/// Boards that share the name: "A100" is several.
struct GpusOfOneName {
  std::vector<hardware::Gpu> gpus;
};

using HardwareAnswer = std::variant<HardwareList, GpusOfOneName, hardware::Gpu, hardware::Cpu>;

/// invalid, with the nearest names, for a name that is neither a GPU's nor a CPU's.
[[nodiscard]] Result<HardwareAnswer> look_up_hardware(const HardwareRequest& request);

}  // namespace joulecast::session
