// A ROCm SMI library without a GPU. Tests set its answers.
#include <array>
#include <cstdint>

#define FAKE extern "C" __attribute__((visibility("default")))

namespace {
struct Gpu {
  std::uint64_t count = 0;
  std::uint64_t microwatts = 0;
  int error = 0;
};
std::array<Gpu, 2> gpus;
std::uint16_t device_id = 0;
}  // namespace

FAKE void fake_rocm_set(std::uint32_t gpu, std::uint64_t count, std::uint64_t microwatts, int error) {
  gpus.at(gpu) = {count, microwatts, error};
}
FAKE void fake_rocm_set_id(std::uint16_t id) {
  device_id = id;
}
FAKE int rsmi_init(std::uint64_t) {
  return 0;
}
FAKE int rsmi_shut_down() {
  return 0;
}
FAKE int rsmi_num_monitor_devices(std::uint32_t* count) {
  *count = gpus.size();
  return 0;
}
FAKE int rsmi_dev_energy_count_get(std::uint32_t gpu, std::uint64_t* count, float* resolution,
                                   std::uint64_t* time) {
  *count = gpus.at(gpu).count;
  *resolution = 15.3F;
  *time = 1;
  return gpus.at(gpu).error;
}
FAKE int rsmi_dev_power_ave_get(std::uint32_t gpu, std::uint32_t, std::uint64_t* microwatts) {
  *microwatts = gpus.at(gpu).microwatts;
  return gpus.at(gpu).error;
}
FAKE int rsmi_dev_pci_id_get(std::uint32_t gpu, std::uint64_t* id) {
  *id = (0xc1ULL + gpu * 5) << 8;
  return 0;
}
FAKE int rsmi_dev_id_get(std::uint32_t, std::uint16_t* id) {
  *id = device_id;
  return 0;
}
FAKE int rsmi_dev_unique_id_get(std::uint32_t gpu, std::uint64_t* id) {
  *id = 0xaaaa000000000001ULL + gpu;
  return 0;
}
