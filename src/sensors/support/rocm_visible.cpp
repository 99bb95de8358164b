#include "sensors/support/rocm_visible.hpp"

namespace joulecast::sensors {

Result<DeviceSelection> select_rocm_devices(const Environment& environment,
                                            std::span<const VisibleDevice> devices) {
  if (!environment.gpus.empty()) return named_devices(environment.gpus, devices);
  DeviceSelection selection = visible_devices(std::nullopt, devices);
  const auto narrow = [&](const char* variable) -> Status {
    const char* list = environment.variable ? environment.variable(variable) : nullptr;
    if (list == nullptr) return {};
    std::vector<VisibleDevice> left;
    for (const auto i : selection.indices) left.push_back(devices[i]);
    const auto part = visible_devices(list, left);
    if (part.indices.empty())
      return fail(ErrorKind::unavailable, variable, "it leaves no GPU to be used: {}", part.note);
    std::vector<std::size_t> indices;
    for (const auto i : part.indices) indices.push_back(selection.indices[i]);
    selection.indices = std::move(indices);
    if (!part.note.empty()) selection.note = fmt::format("{}: {}", variable, part.note);
    return {};
  };
  const bool hip = environment.variable && environment.variable("HIP_VISIBLE_DEVICES") != nullptr;
  for (const char* variable : {"ROCR_VISIBLE_DEVICES", hip ? "HIP_VISIBLE_DEVICES" : "CUDA_VISIBLE_DEVICES"})
    if (auto narrowed = narrow(variable); !narrowed) return propagate(narrowed.error());
  return with_other_ranks(std::move(selection), environment.local_rank, environment.local_ranks,
                          devices.size());
}

}  // namespace joulecast::sensors
