// NVML as an object: loaded and initialised by its constructor, shut down by its destructor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sensors/support/dynamic_library.hpp"
#include "sensors/support/nvml_abi.hpp"
#include "sensors/support/sensor.hpp"
#include "sensors/support/visible_devices.hpp"

namespace joulecast::sensors {

class NvmlLibrary {
 public:
  /// Loads libnvidia-ml.so.1 as the environment names it and initialises it.
  /// unavailable without library or driver; denied without permission on the device files.
  [[nodiscard]] static Result<NvmlLibrary> load(const Environment& environment);
  /// Uses the given functions, for tests, and initialises them.
  [[nodiscard]] static Result<NvmlLibrary> with(nvml::Functions functions);
  NvmlLibrary(NvmlLibrary&& other) noexcept;
  NvmlLibrary& operator=(NvmlLibrary&&) = delete;
  ~NvmlLibrary();

  [[nodiscard]] const nvml::Functions& calls() const { return calls_; }
  /// Shuts down and initialises again: needed after the driver was reloaded or a GPU came back.
  [[nodiscard]] nvml::Return restart();
  [[nodiscard]] std::string describe(nvml::Return error) const;

  /// Every GPU that NVML lists, in its order (by PCI bus), with the names of its MIG instances.
  [[nodiscard]] Result<std::vector<VisibleDevice>> devices() const;
  [[nodiscard]] std::optional<nvml::Device> find(const std::string& uuid) const;

 private:
  NvmlLibrary(std::optional<DynamicLibrary> library, nvml::Functions functions);
  std::optional<DynamicLibrary> library_;
  nvml::Functions calls_;
  bool initialised_ = false;
};

}  // namespace joulecast::sensors
