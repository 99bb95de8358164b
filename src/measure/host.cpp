#include "measure/host.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "sensors/support/gpu_cards.hpp"

namespace joulecast::measure {
namespace {

/// Value of the first "key<separator>value" line of a small text file; "" if there is none.
std::string value_of(const std::filesystem::path& file, std::string_view key, char separator) {
  const auto text = read_file(file);
  if (!text) return {};
  for (const auto line : split(*text, '\n')) {
    const auto at = line.find(separator);
    if (at == std::string_view::npos || trim(line.substr(0, at)) != key) continue;
    auto value = trim(line.substr(at + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

}  // namespace

trace::HostInfo describe_host(const sensors::Environment& environment,
                              std::span<const trace::Channel> channels) {
  trace::HostInfo host;
  host.joulecast_version = version;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) host.hostname = name.data();
  utsname kernel{};
  if (::uname(&kernel) == 0) host.os = std::string(kernel.sysname) + " " + kernel.release;
  if (const auto distribution = value_of("/etc/os-release", "PRETTY_NAME", '='); !distribution.empty())
    host.os = distribution + ", " + host.os;
  host.cpu_model = value_of(environment.roots.proc / "cpuinfo", "model name", ':');
  if (const auto cpus = ::sysconf(_SC_NPROCESSORS_ONLN); cpus > 0) host.logical_cpus = static_cast<int>(cpus);
  const auto memory = value_of(environment.roots.proc / "meminfo", "MemTotal", ':');  // "65536 kB"
  if (const auto kib = parse_double(memory.substr(0, memory.find(' ')))) host.memory_bytes = *kib * 1024;
  std::set<std::string> seen;
  for (const auto& channel : channels) {
    const bool gpu = channel.component == trace::Component::gpu && !channel.device_name.empty();
    if (gpu && seen.insert(channel.device).second) host.gpus.push_back(channel.device_name);
  }
  // The training can use a GPU that no sensor measures, so the total must say that it is missing.
  if (host.gpus.empty() && sensors::has_usable_gpu(environment))
    host.gpus.emplace_back("GPU that nothing measures");
  return host;
}

}  // namespace joulecast::measure
