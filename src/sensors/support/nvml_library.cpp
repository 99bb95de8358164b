#include "sensors/support/nvml_library.hpp"

#include <utility>

namespace joulecast::sensors {
namespace {

nvml::Functions bind_all(const DynamicLibrary& library) {
  nvml::Functions f;
  library.bind(f.init, "nvmlInit_v2");
  library.bind(f.shutdown, "nvmlShutdown");
  library.bind(f.error_string, "nvmlErrorString");
  library.bind(f.device_count, "nvmlDeviceGetCount_v2");
  library.bind(f.device_by_index, "nvmlDeviceGetHandleByIndex_v2");
  library.bind(f.device_by_uuid, "nvmlDeviceGetHandleByUUID");
  library.bind(f.uuid, "nvmlDeviceGetUUID");
  library.bind(f.name, "nvmlDeviceGetName");
  library.bind(f.total_energy, "nvmlDeviceGetTotalEnergyConsumption");
  library.bind(f.power_usage, "nvmlDeviceGetPowerUsage");
  library.bind(f.field_values, "nvmlDeviceGetFieldValues");
  library.bind(f.power_limit, "nvmlDeviceGetEnforcedPowerLimit");
  library.bind(f.utilization, "nvmlDeviceGetUtilizationRates");
  library.bind(f.memory, "nvmlDeviceGetMemoryInfo");
  library.bind(f.temperature, "nvmlDeviceGetTemperature");
  library.bind(f.clock, "nvmlDeviceGetClockInfo");
  // The older of two names: drivers since 535 have both.
  library.bind(f.clocks_events, "nvmlDeviceGetCurrentClocksThrottleReasons");
  library.bind(f.architecture, "nvmlDeviceGetArchitecture");
  library.bind(f.mig_mode, "nvmlDeviceGetMigMode");
  library.bind(f.mig_count, "nvmlDeviceGetMaxMigDeviceCount");
  library.bind(f.mig_by_index, "nvmlDeviceGetMigDeviceHandleByIndex");
  return f;
}

bool complete(const nvml::Functions& f) {
  return f.init && f.shutdown && f.device_count && f.device_by_index && f.device_by_uuid && f.uuid;
}

ErrorKind kind_of(nvml::Return error) {
  return error == nvml::no_permission ? ErrorKind::denied : ErrorKind::unavailable;
}

}  // namespace

NvmlLibrary::NvmlLibrary(std::optional<DynamicLibrary> library, nvml::Functions functions)
    : library_(std::move(library)), calls_(functions) {}

NvmlLibrary::NvmlLibrary(NvmlLibrary&& other) noexcept
    : library_(std::move(other.library_)),
      calls_(other.calls_),
      initialised_(std::exchange(other.initialised_, false)) {}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) calls_.shutdown();
}

Result<NvmlLibrary> NvmlLibrary::load(const Environment& environment) {
  auto library = DynamicLibrary::open(environment.library("libnvidia-ml.so.1"));
  if (!library) return propagate(library.error());
  const auto functions = bind_all(*library);
  NvmlLibrary loaded(std::move(*library), functions);
  if (!complete(functions))
    return fail(ErrorKind::unavailable, "libnvidia-ml.so.1", "this driver's NVML lacks functions of 2012");
  if (const auto error = loaded.restart(); error != nvml::success)
    return fail(kind_of(error), "NVML", "{}", loaded.describe(error));
  return loaded;
}

Result<NvmlLibrary> NvmlLibrary::with(nvml::Functions functions) {
  NvmlLibrary given(std::nullopt, functions);
  if (!complete(functions)) return fail(ErrorKind::invalid, "NVML", "the table of functions is not complete");
  if (const auto error = given.restart(); error != nvml::success)
    return fail(kind_of(error), "NVML", "{}", given.describe(error));
  return given;
}

nvml::Return NvmlLibrary::restart() {
  if (std::exchange(initialised_, false)) calls_.shutdown();
  const auto result = calls_.init();
  initialised_ = result == nvml::success;
  return result;
}

std::string NvmlLibrary::describe(nvml::Return error) const {
  const char* text = calls_.error_string != nullptr ? calls_.error_string(error) : nullptr;
  return text != nullptr ? text : fmt::format("NVML error {}", error);
}

Result<std::vector<VisibleDevice>> NvmlLibrary::devices() const {
  unsigned count = 0;
  if (const auto error = calls_.device_count(&count); error != nvml::success)
    return fail(kind_of(error), "NVML", "{}", describe(error));
  std::vector<VisibleDevice> found;
  for (unsigned i = 0; i < count; ++i) {
    // A GPU that cannot be opened keeps its place, so that the indices of the others stay right.
    VisibleDevice& device = found.emplace_back();
    nvml::Device handle = nullptr;
    char text[nvml::uuid_size] = {};
    if (calls_.device_by_index(i, &handle) != nvml::success) continue;
    if (calls_.uuid(handle, text, sizeof text) == nvml::success) device.uuid = text;
    char name[nvml::name_size] = {};
    if (calls_.name && calls_.name(handle, name, sizeof name) == nvml::success) device.name = name;
    unsigned now = 0, pending = 0, instances = 0;
    if (!calls_.mig_mode || calls_.mig_mode(handle, &now, &pending) != nvml::success || now == 0) continue;
    device.partitioned = true;
    if (!calls_.mig_count || !calls_.mig_by_index || calls_.mig_count(handle, &instances) != nvml::success)
      continue;
    for (unsigned k = 0; k < instances; ++k) {
      nvml::Device instance = nullptr;
      if (calls_.mig_by_index(handle, k, &instance) == nvml::success &&
          calls_.uuid(instance, text, sizeof text) == nvml::success)
        device.instances.emplace_back(text);
    }
  }
  return found;
}

std::optional<nvml::Device> NvmlLibrary::find(const std::string& uuid) const {
  nvml::Device device = nullptr;
  if (calls_.device_by_uuid(uuid.c_str(), &device) != nvml::success) return std::nullopt;
  return device;
}

}  // namespace joulecast::sensors
