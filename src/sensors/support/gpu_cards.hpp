// The graphics cards of /sys/class/drm, by vendor, with their hardware monitor.
#pragma once

#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {

struct GpuCard {
  std::filesystem::path device;  ///< /sys/class/drm/card0/device
  std::filesystem::path hwmon;   ///< …/hwmon/hwmon3, of the given driver
  std::string pci_address;       ///< "0000:03:00.0"
};

/// In the order of their PCI addresses, as the vendors' own tools number them. `vendor` as in the file
/// ("0x1002").
[[nodiscard]] std::vector<GpuCard> gpu_cards(const Environment& environment, std::string_view vendor,
                                             std::span<const std::string_view> drivers);

/// Whether the PCI bus has a separate graphics card or accelerator. If there is one and no sensor measures
/// it, its energy is missing from the total.
[[nodiscard]] bool has_gpu_board(const Environment& environment);

/// Whether a program on this machine could use an NVIDIA or AMD GPU: the driver has created its device file,
/// and the visible-devices variables do not hide all GPUs. If no sensor measures it, its energy is missing
/// from the total.
[[nodiscard]] bool has_usable_gpu(const Environment& environment);
/// False if CUDA_VISIBLE_DEVICES keeps every GPU from the command.
[[nodiscard]] bool may_use_cuda(const Environment& environment);

/// The power channel of a GPU that tells neither energy nor power: missing, for the reason given. `base` as
/// gpu_channel() makes it. Without it the GPU would be left out of the total in silence.
[[nodiscard]] trace::Channel unmeasured_channel(trace::Channel base, const std::string& reason);

/// Whether a GPU with this much memory of its own lies inside the processor, which measures it as well: it
/// has a small part of the machine's memory set aside for it.
[[nodiscard]] bool is_integrated_gpu(std::uint64_t memory_bytes);

/// A channel with the values that all channels of a card share: component, device, sensor, and the beginning
/// of the name.
[[nodiscard]] trace::Channel gpu_channel(std::string_view sensor, std::string_view prefix, std::size_t index,
                                         const std::string& device);

}  // namespace joulecast::sensors
