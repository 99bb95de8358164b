// Memory power if no meter can be read: from the capacity that is populated and how busy the CPUs are.
#pragma once

#include "base/units.hpp"

namespace joulecast::hardware {

/// P = C (0.15 + 0.10 w + 0.10 u) W/GiB, w = min(1, n u), with C the populated capacity and u the busy share
/// of the n logical CPUs. Modules refresh and wait whether they are used or not; they leave their low-power
/// states when a CPU works, and then traffic adds to it. The figures are rounded from the DRAM readings of
/// cloud servers under a CPU load (turbostressreports, CC0; docs/cpu-model.md).
[[nodiscard]] Watts dram_power(double capacity_gib, double utilisation, int logical_cpus);

/// Half-width of the interval, as a share of the power. Loads that do little but wait for memory draw up to
/// three times the model's power and are not covered.
inline constexpr double dram_power_uncertainty = 0.7;

}  // namespace joulecast::hardware
