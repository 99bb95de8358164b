// The kernel's description of the processor, and how busy it is.
#pragma once

#include <map>
#include <optional>

#include "sensors/support/value_file.hpp"

namespace joulecast::sensors {

/// "CPU implementer" and "CPU part" of an Arm core.
using ArmPart = std::pair<unsigned, unsigned>;

struct Processor {
  std::string model_name;  ///< from /proc/cpuinfo; empty on machines that do not give it
  int logical_cpus = 0;
  int sockets = 1;
  std::optional<int> cores_per_socket;  ///< physical; nothing where the kernel does not tell, as on Arm
  bool simultaneous_threads = false;
  bool virtual_machine = false;
  std::map<ArmPart, int> arm_parts;  ///< how many logical CPUs are of each; empty but on Arm
  std::string core_name;             ///< "POWER9, altivec supported", "sifive,u74-mc"; empty on x86 and Arm
  std::optional<double> clock_mhz;   ///< of one CPU when this was read; the base clock on a virtual machine
};

[[nodiscard]] Result<Processor> read_processor(const Environment& environment);
/// Physical cores that are online, by the kernel's topology in /sys; nothing where it tells none.
[[nodiscard]] std::optional<int> count_cores(const Environment& environment);

/// Clock ticks of all logical CPUs since boot (the first line of /proc/stat).
struct CpuTicks {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
};

/// "cpu  user nice system idle iowait irq softirq steal …"; stolen time is not counted as busy (it is another
/// machine's), and waiting for I/O counts as idle.
[[nodiscard]] std::optional<CpuTicks> parse_cpu_ticks(std::string_view line);

/// The lines "cpu0", "cpu1", … of /proc/stat, by their numbers. CPUs that are offline have none.
[[nodiscard]] std::map<int, CpuTicks> parse_each_cpu_ticks(std::string_view text);

/// A machine, or a GPU, with a higher utilisation than this is not idle.
constexpr double busiest_idle = 0.1;

/// Busy share of all logical CPUs between two calls.
class CpuUsage {
 public:
  [[nodiscard]] static Result<CpuUsage> open(const Environment& environment);
  /// The share since the last call, 0..1. Before a whole tick has passed it is the last answer again, and at
  /// first the share of CPUs that had a task to run when this was opened.
  [[nodiscard]] Result<double> utilisation();

 private:
  CpuUsage(ValueFile file, CpuTicks ticks, double last)
      : file_(std::move(file)), before_(ticks), last_(last) {}
  [[nodiscard]] static Result<CpuTicks> read(const ValueFile& file);
  ValueFile file_;
  CpuTicks before_;
  double last_;
};

struct MemoryUse {
  double total = 0;  ///< bytes
  double used = 0;   ///< bytes that are not available to new programs
};
/// From the text of /proc/meminfo; nothing where it lacks MemTotal or MemAvailable.
[[nodiscard]] std::optional<MemoryUse> parse_meminfo(std::string_view text);
[[nodiscard]] Result<MemoryUse> read_memory_use(const ValueFile& meminfo);

}  // namespace joulecast::sensors
