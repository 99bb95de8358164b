// The real machine behind the injected environment.
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {
namespace {

/// A copy of the variables, because sensors read them on their own threads and a host program may change its
/// environment at any time.
class Variables {
 public:
  Variables() {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const auto equals = text.find('=');
      // emplace() keeps the first value of a name
      if (equals != std::string_view::npos) values_.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  /// nullptr where it is not set.
  [[nodiscard]] const char* get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : found->second.c_str();
  }
  [[nodiscard]] std::string get_or(std::string_view name, std::string_view otherwise) const {
    const char* set = get(name);
    return std::string(set != nullptr && *set != '\0' ? std::string_view(set) : otherwise);
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

std::string library_path(const Variables& variables, std::string_view name) {
  if (name.starts_with("libnvidia-ml")) return variables.get_or("JOULECAST_NVML_LIBRARY", name);
  if (name.starts_with("librocm_smi")) return variables.get_or("JOULECAST_ROCM_LIBRARY", name);
  return std::string(name);
}

}  // namespace

Environment real_environment() {
  Environment environment;
  const auto variables = std::make_shared<const Variables>();
  environment.roots.sys = variables->get_or("JOULECAST_SYSFS", environment.roots.sys.string());
  environment.roots.proc = variables->get_or("JOULECAST_PROCFS", environment.roots.proc.string());
  environment.roots.dev = variables->get_or("JOULECAST_DEVFS", environment.roots.dev.string());
  environment.variable = [variables](const char* name) { return variables->get(name); };
  environment.library = [variables](std::string_view name) { return library_path(*variables, name); };
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
