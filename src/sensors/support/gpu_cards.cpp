#include "sensors/support/gpu_cards.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::sensors {
namespace fs = std::filesystem;
namespace {

std::string pci_address(const fs::path& device) {
  if (const auto uevent = read_file(device / "uevent"))
    for (const auto line : split(*uevent, '\n'))
      if (constexpr std::string_view key = "PCI_SLOT_NAME="; line.starts_with(key))
        return std::string(line.substr(key.size()));
  std::error_code ignored;
  return fs::canonical(device, ignored).filename().string();
}

}  // namespace

std::vector<GpuCard> gpu_cards(const Environment& environment, std::string_view vendor,
                               std::span<const std::string_view> drivers) {
  std::vector<GpuCard> cards;
  for (const auto& card : entries(environment.roots.sys / "class/drm", "card")) {
    if (card.filename().string().find('-') != std::string::npos) continue;  // card0-HDMI-A-1: a connector
    const auto device = card / "device";
    if (first_line(device / "vendor") != vendor) continue;
    for (const auto& hwmon : entries(device / "hwmon", "hwmon")) {
      const auto name = first_line(hwmon / "name").value_or("");
      if (std::ranges::find(drivers, name) != drivers.end())
        cards.push_back({device, hwmon, pci_address(device)});
    }
  }
  std::ranges::sort(cards, {}, &GpuCard::pci_address);
  return cards;
}

bool has_gpu_board(const Environment& environment) {
  for (const auto& device : entries(environment.roots.sys / "bus/pci/devices", "")) {
    const auto kind = first_line(device / "class").value_or("");
    const auto vendor = first_line(device / "vendor").value_or("");
    // PCI base classes: 03 display, 12 processing accelerator. Intel's 0300 is nearly always inside the
    // package.
    const bool display = kind.starts_with("0x03") && (vendor == "0x10de" || vendor == "0x1002");
    if (display || kind.starts_with("0x12")) return true;
  }
  return false;
}

namespace {

bool hides_all(const Environment& environment, const char* variable) {
  const char* list = environment.variable ? environment.variable(variable) : nullptr;
  return list != nullptr && (trim(list).empty() || trim(list) == "-1");
}

}  // namespace

bool may_use_cuda(const Environment& environment) {
  return !hides_all(environment, "CUDA_VISIBLE_DEVICES");
}

bool has_usable_gpu(const Environment& environment) {
  std::error_code ignored;
  if (may_use_cuda(environment))
    for (const auto& file : entries(environment.roots.dev, "nvidia"))  // nvidia0, not nvidiactl
      if (parse_uint(file.filename().string().substr(6))) return true;
  return !hides_all(environment, "ROCR_VISIBLE_DEVICES") &&
         fs::exists(environment.roots.dev / "kfd", ignored);
}

trace::Channel unmeasured_channel(trace::Channel base, const std::string& reason) {
  base.name += "power";
  base.quantity = trace::Quantity::power;
  base.provenance = Provenance::missing;
  base.note = fmt::format("{} is not measured: {}", base.device_name.empty() ? base.device : base.device_name,
                          reason);
  return base;
}

bool is_integrated_gpu(std::uint64_t memory_bytes) {
  constexpr std::uint64_t most_set_aside = std::uint64_t{1} << 30;  // no board that can train has so little
  return memory_bytes <= most_set_aside;
}

trace::Channel gpu_channel(std::string_view sensor, std::string_view prefix, std::size_t index,
                           const std::string& device) {
  trace::Channel channel;
  channel.name = fmt::format("{}{}_", prefix, index);
  channel.sensor = sensor;
  channel.component = trace::Component::gpu;
  channel.device = device;
  return channel;
}

}  // namespace joulecast::sensors
