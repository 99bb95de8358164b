// Which AMD GPUs a program may use: ROCR_VISIBLE_DEVICES, and on top of it HIP_VISIBLE_DEVICES.
#pragma once

#include "sensors/support/sensor.hpp"
#include "sensors/support/visible_devices.hpp"

namespace joulecast::sensors {

/// Boards with two dies, of which one measures for both: the PCI device ids of the MI250 family.
[[nodiscard]] constexpr bool is_two_die_gpu(std::uint64_t device_id) {
  return device_id == 0x7408 || device_id == 0x740c || device_id == 0x740f;
}

/// ROCR_VISIBLE_DEVICES chooses from the machine's GPUs, HIP_VISIBLE_DEVICES (or CUDA_VISIBLE_DEVICES, which
/// HIP reads where it is not set) from what is left, counted anew. unavailable, naming the variable, where
/// nothing is left; invalid where the user named a GPU that is not there.
[[nodiscard]] Result<DeviceSelection> select_rocm_devices(const Environment& environment,
                                                          std::span<const VisibleDevice> devices);

}  // namespace joulecast::sensors
