#include "sensors/support/processor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {

/// Hands each "key : value" line of a /proc file to `take`.
template <class Take>
void for_each_field(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) take(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
}

/// "0xd0c"
std::optional<unsigned> parse_hexadecimal(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  unsigned value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 16);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

/// What /proc/cpuinfo says of the core's design on machines that are not x86.
class CoreNames {
 public:
  void take(std::string_view key, std::string_view value, Processor& processor) {
    if (key == "CPU implementer") implementer_ = parse_hexadecimal(value);
    if (key == "CPU part")
      if (const auto part = parse_hexadecimal(value); part && implementer_)
        ++processor.arm_parts[{*implementer_, *part}];
    // POWER has "cpu", RISC-V "uarch" and, where that is not told, "isa"
    const bool tells_name = key == "cpu" || key == "uarch" || (key == "isa" && processor.core_name.empty());
    if (tells_name) processor.core_name = value;
  }

 private:
  std::optional<unsigned> implementer_;
};

/// Tasks that run now, without ourselves, as a share of the logical CPUs (fourth field of /proc/loadavg).
double running_share(const Environment& environment, int logical_cpus) {
  const auto line = read_file(environment.roots.proc / "loadavg");
  if (!line || logical_cpus <= 0) return 0;
  const auto words = split(trim(*line), ' ');
  if (words.size() < 4) return 0;
  const auto running = parse_int(words[3].substr(0, words[3].find('/'))).value_or(1);
  return std::clamp(static_cast<double>(running - 1) / logical_cpus, 0.0, 1.0);
}

/// "user nice system idle iowait irq softirq steal …"; at least the first four.
std::optional<CpuTicks> ticks_of(std::string_view line) {
  // guest time, which follows, is part of user
  std::array<std::uint64_t, 8> ticks{};
  std::size_t n = 0;
  while (n < ticks.size()) {
    line = trim(line);
    if (line.empty()) break;
    const auto word = line.substr(0, line.find(' '));
    const auto value = parse_uint(word);
    if (!value) return std::nullopt;
    ticks[n++] = *value;
    line.remove_prefix(word.size());
  }
  if (n < 4) return std::nullopt;
  CpuTicks sum;
  for (const auto t : ticks) sum.total += t;
  sum.busy = sum.total - ticks[3] - ticks[4] - ticks[7];
  return sum;
}

}  // namespace

Result<Processor> read_processor(const Environment& environment) {
  const auto path = environment.roots.proc / "cpuinfo";
  const auto text = read_file(path);
  if (!text) return propagate(text.error());
  Processor processor;
  std::set<std::string_view> sockets;
  std::int64_t siblings = 0, cores = 0;
  CoreNames core_names;
  for_each_field(*text, [&](std::string_view key, std::string_view value) {
    core_names.take(key, value, processor);
    if (key == "processor" && parse_int(value)) ++processor.logical_cpus;
    if (key == "model name" && processor.model_name.empty()) processor.model_name = value;
    if (key == "physical id") sockets.insert(value);
    if (key == "siblings") siblings = parse_int(value).value_or(0);
    if (key == "cpu cores") cores = parse_int(value).value_or(0);
    if (key == "cpu MHz" && !processor.clock_mhz) processor.clock_mhz = parse_double(value);
    if (key == "flags" && !processor.virtual_machine)
      processor.virtual_machine = std::ranges::count(split(value, ' '), std::string_view("hypervisor")) > 0;
  });
  if (processor.logical_cpus == 0)
    return fail(ErrorKind::unavailable, path.string(), "it lists no processor");
  processor.sockets = std::max(1, static_cast<int>(sockets.size()));
  if (cores > 0 && cores <= processor.logical_cpus) processor.cores_per_socket = static_cast<int>(cores);
  processor.simultaneous_threads = siblings > cores && cores > 0;
  return processor;
}

std::optional<int> count_cores(const Environment& environment) {
  std::set<std::string> cores;
  for (const auto& cpu : entries(environment.roots.sys / "devices/system/cpu", "cpu"))
    for (const char* file : {"topology/core_cpus_list", "topology/thread_siblings_list"})
      if (auto threads = first_line(cpu / file); threads && !threads->empty()) {
        cores.insert(std::move(*threads));
        break;
      }
  return cores.empty() ? std::nullopt : std::optional(static_cast<int>(cores.size()));
}

std::optional<CpuTicks> parse_cpu_ticks(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with("cpu ")) return std::nullopt;
  return ticks_of(line.substr(4));
}

std::map<int, CpuTicks> parse_each_cpu_ticks(std::string_view text) {
  std::map<int, CpuTicks> cpus;
  while (text.starts_with("cpu")) {  // these lines come first
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto space = std::min(line.find(' '), line.size());
    const auto number = parse_int(line.substr(3, space - 3));
    if (!number) continue;
    if (const auto ticks = ticks_of(line.substr(space))) cpus[static_cast<int>(*number)] = *ticks;
  }
  return cpus;
}

Result<CpuTicks> CpuUsage::read(const ValueFile& file) {
  char buffer[256];
  const auto text = file.read_text(buffer);
  if (!text) return propagate(text.error());
  if (const auto ticks = parse_cpu_ticks(*text)) return *ticks;
  return fail(ErrorKind::retry, file.path().string(), "its first line is not the processors' time");
}

Result<CpuUsage> CpuUsage::open(const Environment& environment) {
  auto file = ValueFile::open_shared(environment.roots.proc / "stat", environment);
  if (!file) return propagate(file.error());
  const auto ticks = read(*file);
  if (!ticks) return fail(ErrorKind::unavailable, ticks.error().where, "{}", ticks.error().message);
  const auto processor = read_processor(environment);
  const double running = processor ? running_share(environment, processor->logical_cpus) : 0;
  return CpuUsage(std::move(*file), *ticks, running);
}

Result<double> CpuUsage::utilisation() {
  const auto now = read(file_);
  if (!now) return propagate(now.error());
  if (now->total > before_.total) {
    // Idle time may fall when a CPU is unplugged, so the share is kept within 0 and 1.
    const auto busy = now->busy > before_.busy ? now->busy - before_.busy : 0;
    last_ = std::min(1.0, static_cast<double>(busy) / static_cast<double>(now->total - before_.total));
  }
  before_ = *now;
  return last_;
}

std::optional<MemoryUse> parse_meminfo(std::string_view text) {
  std::optional<double> total, available;
  for_each_field(text, [&](std::string_view key, std::string_view value) {
    if (key != "MemTotal" && key != "MemAvailable") return;
    const auto kib = parse_double(value.substr(0, value.find(' ')));
    (key == "MemTotal" ? total : available) = kib;
  });
  if (!total || !available || *available < 0 || *available > *total) return std::nullopt;
  return MemoryUse{*total * 1024, (*total - *available) * 1024};
}

Result<MemoryUse> read_memory_use(const ValueFile& meminfo) {
  char buffer[512];  // the first and the third line are the ones that are needed
  const auto text = meminfo.read_text(buffer);
  if (!text) return propagate(text.error());
  if (const auto use = parse_meminfo(*text)) return *use;
  return fail(ErrorKind::retry, meminfo.path().string(), "it lacks MemTotal or MemAvailable");
}

}  // namespace joulecast::sensors
