// The real machine behind the injected environment.
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {
namespace {

void follow(const char* variable, std::filesystem::path& root) {
  if (const char* set = std::getenv(variable); set != nullptr && *set != '\0') root = set;
}

std::string library_path(std::string_view name) {
  const char* variable = name.starts_with("libnvidia-ml")  ? "JOULECAST_NVML_LIBRARY"
                         : name.starts_with("librocm_smi") ? "JOULECAST_ROCM_LIBRARY"
                                                           : nullptr;
  if (variable == nullptr) return std::string(name);
  const char* set = std::getenv(variable);
  return set != nullptr && *set != '\0' ? std::string(set) : std::string(name);
}

}  // namespace

Environment real_environment() {
  Environment environment;
  follow("JOULECAST_SYSFS", environment.roots.sys);
  follow("JOULECAST_PROCFS", environment.roots.proc);
  follow("JOULECAST_DEVFS", environment.roots.dev);
  environment.variable = [](const char* name) { return static_cast<const char*>(std::getenv(name)); };
  environment.library = library_path;
  environment.open = [](const char* path, int flags) { return ::open(path, flags); };
  environment.pread = ::pread;
  environment.read = ::read;
  environment.ioctl = [](int fd, unsigned long request, void* argument) {
    return ::ioctl(fd, request, argument);
  };
  environment.perf_event_open = [](perf_event_attr* attributes, int cpu) {
    return static_cast<int>(::syscall(SYS_perf_event_open, attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
  };
  return environment;
}

}  // namespace joulecast::sensors
