// Looks up GPUs and CPUs in the catalogue: `joulecast hardware`.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "hardware/catalogue.hpp"

namespace joulecast::session {

struct HardwareRequest {
  /// Name of a GPU or CPU, as a driver, /proc/cpuinfo or a user writes it; "" = all GPUs.
  std::string name;
  std::filesystem::path gpu_file;  ///< JSON with the user's own GPUs, added to the table; empty = none
};

/// All GPUs of the catalogue. Of the CPUs, which are thousands, only the number.
struct HardwareList {
  std::vector<hardware::Gpu> gpus;
  std::size_t cpu_count = 0;
};

/// Several boards can share a name, such as "A100".
struct GpusOfOneName {
  std::vector<hardware::Gpu> gpus;
};

using HardwareAnswer = std::variant<HardwareList, GpusOfOneName, hardware::Gpu, hardware::Cpu>;

/// invalid, with the nearest names, if the name is neither a GPU's nor a CPU's.
[[nodiscard]] Result<HardwareAnswer> look_up_hardware(const HardwareRequest& request);

}  // namespace joulecast::session
