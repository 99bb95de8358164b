// CPU package power if no meter can be read: a small physical model from quantities that are always
// available.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace joulecast::hardware {

/// The market that a CPU is made for. Full load may be above or below the TDP, by a factor that depends on
/// it.
enum class CpuClass { server, workstation, desktop, desktop_unlocked, mobile, unknown };
[[nodiscard]] std::string_view name_of(CpuClass kind);
/// From the model name of /proc/cpuinfo: "AMD EPYC 8024P 8-Core Processor" -> server.
[[nodiscard]] CpuClass cpu_class_of(std::string_view model_name);

struct CpuDescription {
  Watts tdp{0};  ///< of all sockets together
  CpuClass kind = CpuClass::unknown;
  bool simultaneous_threads = true;  ///< two logical CPUs share a core
};

struct CpuPowerParameters {
  double idle_share;   ///< package power at no load, as a share of TDP
  double full_share;   ///< package power with every logical CPU busy, as a share of TDP
  double steepness;    ///< n of 1-(1-u)^n: 1 = proportional to utilisation
  double uncertainty;  ///< half-width of the 90 % interval, as a share of the power
};

[[nodiscard]] CpuPowerParameters cpu_power_parameters(const CpuDescription& cpu);

/// P = TDP (idle + (full - idle) (1 - (1-u)^n) s^2), u the busy share of logical CPUs (0..1), s the allowed
/// share of the maximum clock (1 where nothing limits it). With two threads a core and work spread at random,
/// 1-(1-u)^2 is the share of cores with at least one busy thread; the shared parts of the package wake with
/// the first core and turbo runs few cores faster, so n lies a little above. Dynamic power goes with f V^2,
/// and near the top of its range V falls more slowly than f, so the exponent lies between 1 and 3: 2.
[[nodiscard]] Watts cpu_power(const CpuDescription& cpu, double utilisation, double clock_share = 1);
[[nodiscard]] Watts cpu_power(Watts tdp, const CpuPowerParameters& parameters, double utilisation,
                              double clock_share = 1);

/// TDP of a processor that no table knows, from its logical CPUs and class.
[[nodiscard]] Watts assumed_tdp(int logical_cpus, CpuClass kind = CpuClass::unknown);
/// The share of a host's TDP that a virtual machine with a few of its CPUs can use.
[[nodiscard]] Watts limit_to_virtual_cpus(Watts tdp, int logical_cpus);

}  // namespace joulecast::hardware
