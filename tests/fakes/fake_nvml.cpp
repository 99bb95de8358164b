// A libnvidia-ml.so.1 without a GPU. It plays the script that JOULECAST_FAKE_NVML names
// (fake_nvml_script.hpp), in real time from its loading, or at the time that a test sets.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "fake_nvml_script.hpp"
#include "sensors/support/nvml_abi.hpp"

#define FAKE extern "C" __attribute__((visibility("default")))

namespace {
namespace nvml = joulecast::sensors::nvml;
using joulecast::fakes::FakeGpu;
using joulecast::fakes::FakeMachine;

struct Library {
  FakeMachine machine;
  joulecast::SteadyTime loaded = joulecast::system_clock().steady();
  // As in the real one, a thread may initialise it while others read.
  std::atomic<double> set_time = -1;  ///< in s; negative = real time
  std::atomic<std::size_t> generation = 0;
  std::atomic<int> users = 0;  ///< that have initialised it; counted, as in the real one
  std::atomic<unsigned long long> calls = 0;

  Library() {
    const char* path = std::getenv("JOULECAST_FAKE_NVML");
    const auto text = path != nullptr ? joulecast::read_file(path) : std::string("gpu uuid=GPU-fake\n");
    auto parsed =
        text.and_then([](const std::string& script) { return joulecast::fakes::parse_machine(script); });
    if (!parsed) {
      std::fprintf(stderr, "fake NVML: %s\n", joulecast::to_string(parsed.error()).c_str());
      std::abort();
    }
    machine = std::move(*parsed);
  }

  [[nodiscard]] double now() const {
    return set_time >= 0 ? set_time.load() : (joulecast::system_clock().steady() - loaded).value();
  }
  [[nodiscard]] std::size_t reloads_so_far() const {
    std::size_t n = 0;
    for (const double at : machine.reloads) n += now() >= at ? 1 : 0;
    return n;
  }
  [[nodiscard]] double driver_loaded_at() const {
    const auto n = reloads_so_far();
    return n == 0 ? 0 : machine.reloads[n - 1];
  }
  [[nodiscard]] std::size_t gpu_at(unsigned index) const {
    std::size_t gpu = index;
    for (const auto& [at, order] : machine.orders)
      if (now() >= at && index < order.size()) gpu = order[index];
    return gpu;
  }
};

Library& library() {
  static auto& instance = *new Library;  // never destroyed: a thread that hangs in it may outlive main()
  return instance;
}

// A handle encodes the driver's generation, the GPU and the number of a MIG instance. It is never a valid
// address.
constexpr std::uintptr_t per_generation = 1U << 20, per_gpu = 1U << 8;
nvml::Device handle_of(std::size_t generation, std::size_t gpu, std::size_t instance) {
  return reinterpret_cast<nvml::Device>((generation + 1) * per_generation + gpu * per_gpu + instance);
}

/// The GPU behind a handle, after this field's latency, hang and failure in the script. On failure nullptr,
/// with the error.
const FakeGpu* enter(nvml::Device handle, const char* field, int& error) {
  auto& lib = library();
  ++lib.calls;
  const auto bits = reinterpret_cast<std::uintptr_t>(handle);
  const std::size_t generation = bits / per_generation - 1, index = bits % per_generation / per_gpu;
  if (lib.users == 0 || lib.generation != lib.reloads_so_far()) return error = nvml::uninitialized, nullptr;
  if (generation != lib.generation || index >= lib.machine.gpus.size())
    return error = nvml::gpu_is_lost, nullptr;
  const auto& gpu = lib.machine.gpus[index];
  const double now = lib.now();
  const auto concerns = [&](const auto& fault) {
    return (fault.field == field || fault.field == "all") && now >= fault.from && now < fault.to;
  };
  if (const auto slow = gpu.latency.find(field); slow != gpu.latency.end())
    std::this_thread::sleep_for(std::chrono::duration<double>(slow->second));
  for (const auto& hang : gpu.hangs)
    if (concerns(hang)) std::this_thread::sleep_for(std::chrono::duration<double>(hang.seconds));
  error = nvml::success;
  for (const auto& failure : gpu.failures)
    if (concerns(failure)) return error = failure.error, nullptr;
  return &gpu;
}

template <class Answer>
int answer(nvml::Device handle, const char* field, Answer give) {
  int error = nvml::success;
  if (const auto* gpu = enter(handle, field, error)) give(*gpu);
  return error;
}

int copy_text(const std::string& text, char* out, unsigned size) {
  std::snprintf(out, size, "%s", text.c_str());
  return nvml::success;
}

unsigned milli(double value) {
  return static_cast<unsigned>(value * 1e3 + 0.5);
}

}  // namespace

// For tests in the same process.
FAKE void fake_nvml_set_time(double seconds) {
  library().set_time = seconds;
}
FAKE unsigned long long fake_nvml_calls() {
  return library().calls;
}
FAKE double fake_nvml_true_energy(unsigned gpu, double from, double to) {
  const auto& g = library().machine.gpus.at(gpu);
  return g.energy(to) - g.energy(from);
}
FAKE void fake_nvml_play(const char* script) {
  auto& lib = library();
  auto parsed = joulecast::fakes::parse_machine(script);
  if (!parsed) std::abort();
  lib.machine = std::move(*parsed);
  lib.set_time = 0;
  lib.users = 0;
}

FAKE int nvmlInit_v2() {
  auto& lib = library();
  if (!lib.machine.driver) return nvml::driver_not_loaded;
  std::this_thread::sleep_for(std::chrono::duration<double>(lib.machine.init_seconds));
  lib.generation = lib.reloads_so_far();
  ++lib.users;
  return nvml::success;
}

FAKE int nvmlShutdown() {
  auto& lib = library();
  if (--lib.users < 0) lib.users = 0;
  return nvml::success;
}

FAKE const char* nvmlErrorString(int error) {
  switch (error) {
    case nvml::success:
      return "The operation was successful";
    case nvml::uninitialized:
      return "Uninitialized";
    case nvml::not_supported:
      return "Not Supported";
    case nvml::no_permission:
      return "Insufficient Permissions";
    case nvml::driver_not_loaded:
      return "Driver Not Loaded";
    case nvml::gpu_is_lost:
      return "GPU is lost";
    case nvml::timeout:
      return "Timeout";
    case nvml::not_found:
      return "Not Found";
    default:
      return "Unknown Error";
  }
}

FAKE int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = static_cast<unsigned>(library().machine.gpus.size());
  return nvml::success;
}

FAKE int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml::Device* device) {
  auto& lib = library();
  if (index >= lib.machine.gpus.size()) return nvml::not_found;
  *device = handle_of(lib.generation, lib.gpu_at(index), 0);
  return answer(*device, "handle", [](const FakeGpu&) {});
}

FAKE int nvmlDeviceGetHandleByUUID(const char* uuid, nvml::Device* device) {
  auto& lib = library();
  if (lib.generation != lib.reloads_so_far()) return nvml::uninitialized;
  for (std::size_t i = 0; i < lib.machine.gpus.size(); ++i) {
    if (lib.machine.gpus[i].uuid != uuid) continue;
    *device = handle_of(lib.generation, i, 0);
    return nvml::success;
  }
  return nvml::not_found;
}

FAKE int nvmlDeviceGetUUID(nvml::Device device, char* uuid, unsigned size) {
  const auto instance = reinterpret_cast<std::uintptr_t>(device) % per_gpu;
  return answer(device, "uuid", [&](const FakeGpu& gpu) {
    copy_text(instance > 0 ? gpu.instances[instance - 1] : gpu.uuid, uuid, size);
  });
}

FAKE int nvmlDeviceGetName(nvml::Device device, char* name, unsigned size) {
  return answer(device, "name", [&](const FakeGpu& gpu) { copy_text(gpu.name, name, size); });
}

FAKE int nvmlDeviceGetTotalEnergyConsumption(nvml::Device device, unsigned long long* millijoules) {
  auto& lib = library();
  return answer(device, "energy", [&](const FakeGpu& gpu) {
    *millijoules = static_cast<unsigned long long>(gpu.counter(lib.now(), lib.driver_loaded_at()) * 1e3);
  });
}

FAKE int nvmlDeviceGetPowerUsage(nvml::Device device, unsigned* milliwatts) {
  const double now = library().now();
  return answer(device, "power", [&](const FakeGpu& gpu) {
    *milliwatts = milli(gpu.usage_is_average ? gpu.average_power(now) : gpu.instant_power(now));
  });
}

FAKE int nvmlDeviceGetFieldValues(nvml::Device device, int count, nvml::FieldValue* values) {
  const double now = library().now();
  for (int i = 0; i < count; ++i) {
    auto& value = values[i];
    value.value_type = nvml::type_unsigned;
    value.result = answer(device, "average", [&](const FakeGpu& gpu) {
      value.value.u =
          milli(value.field == nvml::field_power_average ? gpu.average_power(now) : gpu.instant_power(now));
    });
  }
  return nvml::success;
}

FAKE int nvmlDeviceGetEnforcedPowerLimit(nvml::Device device, unsigned* milliwatts) {
  return answer(device, "limit", [&](const FakeGpu& gpu) { *milliwatts = milli(gpu.limit_w); });
}

FAKE int nvmlDeviceGetUtilizationRates(nvml::Device device, nvml::Utilization* share) {
  const double now = library().now();
  return answer(device, "utilisation", [&](const FakeGpu& gpu) {
    share->gpu = static_cast<unsigned>(std::min(100.0, 100 * gpu.average_power(now) / gpu.limit_w));
    share->memory = share->gpu / 2;
  });
}

FAKE int nvmlDeviceGetMemoryInfo(nvml::Device device, nvml::Memory* memory) {
  return answer(device, "memory", [&](const FakeGpu&) { *memory = {80ULL << 30, 60ULL << 30, 20ULL << 30}; });
}

FAKE int nvmlDeviceGetTemperature(nvml::Device device, unsigned, unsigned* celsius) {
  return answer(device, "temperature", [&](const FakeGpu&) { *celsius = 61; });
}

FAKE int nvmlDeviceGetClockInfo(nvml::Device device, unsigned, unsigned* megahertz) {
  return answer(device, "clock", [&](const FakeGpu&) { *megahertz = 1410; });
}

FAKE int nvmlDeviceGetCurrentClocksThrottleReasons(nvml::Device device, unsigned long long* events) {
  const double now = library().now();
  bool supported = false;
  const auto result = answer(device, "events", [&](const FakeGpu& gpu) {
    supported = !gpu.throttled.empty();
    *events = 0;
    for (const auto& span : gpu.throttled)
      if (now >= span.from && now < span.to) *events |= joulecast::fakes::clocks_event(span.field);
  });
  return result == nvml::success && !supported ? static_cast<int>(nvml::not_supported) : result;
}

FAKE int nvmlDeviceGetArchitecture(nvml::Device device, unsigned* architecture) {
  return answer(device, "architecture", [&](const FakeGpu& gpu) { *architecture = gpu.architecture; });
}

FAKE int nvmlDeviceGetMigMode(nvml::Device device, unsigned* now, unsigned* pending) {
  return answer(device, "mig", [&](const FakeGpu& gpu) { *now = *pending = gpu.instances.empty() ? 0 : 1; });
}

FAKE int nvmlDeviceGetMaxMigDeviceCount(nvml::Device device, unsigned* count) {
  return answer(device, "mig",
                [&](const FakeGpu& gpu) { *count = static_cast<unsigned>(gpu.instances.size()); });
}

FAKE int nvmlDeviceGetMigDeviceHandleByIndex(nvml::Device device, unsigned index, nvml::Device* instance) {
  return answer(device, "mig", [&](const FakeGpu&) {
    *instance = reinterpret_cast<nvml::Device>(reinterpret_cast<std::uintptr_t>(device) + index + 1);
  });
}
