// Power of CPUs that are not x86, which the model of cpu_power.hpp was not fitted to: published watts per
// core of each design, and wide intervals. docs/cpu-model.md says where the figures come from.
//
//   P = idle + (busy - idle) (f / f0)^2 (1 - (1-u)^g)
#pragma once

#include <optional>
#include <string_view>

#include "base/units.hpp"

namespace joulecast::hardware {

/// One physical core, with its share of the rest of the chip.
struct CoreDesign {
  std::string_view name;     ///< "Neoverse V1 (Graviton3)"
  double busy_watts = 0;     ///< when all cores are busy at `clock_ghz`
  double clock_ghz = 0;      ///< f0; 0 = the power is not known by clock
  int threads_per_core = 1;  ///< where the kernel does not tell
  /// Half-width of the 90 % interval as a share: covers the products that are made of this core.
  double uncertainty = 0;
  std::string_view source;
};

/// By the "CPU implementer" and "CPU part" of /proc/cpuinfo. Amazon's processors have Arm's numbers, but draw
/// less than others that are made of the same cores.
[[nodiscard]] std::optional<CoreDesign> arm_core(unsigned implementer, unsigned part, bool at_amazon);
/// By the name that /proc/cpuinfo gives on POWER and RISC-V: "POWER9, altivec supported", "sifive,u74-mc".
[[nodiscard]] std::optional<CoreDesign> core_called(std::string_view name);
/// A core of which nothing is known, in a processor with so many: in the middle between the least and the
/// most that is sold. `power` is IBM's architecture, whose cores are much larger.
[[nodiscard]] CoreDesign unknown_core(int cores, bool power);

/// Share of the busy power that stays on without load: servers' fabric and memory controllers.
inline constexpr double idle_share_of_cores = 0.25;

/// All cores of a machine together.
struct CorePower {
  Watts busy{0};
  double clock_ghz = 0;  ///< as CoreDesign's
};
/// At a utilisation of 0..1 (limited to it), and a clock where it is told.
[[nodiscard]] Watts core_power(const CorePower& cores, double utilisation, std::optional<double> clock_ghz);

}  // namespace joulecast::hardware
