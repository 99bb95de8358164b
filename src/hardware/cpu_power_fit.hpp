// Fits the modelled CPU power to measured package power.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "hardware/cpu_power.hpp"

namespace joulecast::hardware {

/// One reading of a CPU under load.
struct CpuPowerReading {
  double utilisation = 0;                ///< 0..1
  std::optional<double> clock_ghz = {};  ///< of the busy cores
  Watts power{0};                        ///< of all packages; above 0
};

struct MeasuredCpu {
  CpuDescription cpu;
  std::vector<CpuPowerReading> readings{};
};

/// The coefficients with the smallest mean of |ln(modelled / measured)|, every CPU of equal weight, with the
/// clocks as given and once more as if unknown. CPUs without readings count for nothing; with none at all,
/// the shipped coefficients. A prior keeps the factor of large uncores near 1.45 (ln within 0.25), the
/// difference in idle power at the wall between Xeons before and since Ice Lake in SPECpower_ssj2008 results.
[[nodiscard]] CpuPowerCoefficients fit_cpu_power(std::span<const MeasuredCpu* const> cpus);

/// The processors that shipped_cpu_coefficients() is fitted to, by normalised_cpu_name().
[[nodiscard]] bool is_fitted_cpu(std::string_view model_name);

}  // namespace joulecast::hardware
