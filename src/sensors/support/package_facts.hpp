// What the kernel tells about CPU packages beside their load: idle states, power limits and clocks.
#pragma once

#include <optional>

#include "base/units.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {

/// Whether an idle state deeper than C1 is allowed (cpuidle of CPU 0). True where the kernel tells none.
[[nodiscard]] bool package_can_sleep(const Environment& environment);
/// The long-term limits of all packages together (powercap's constraint_0); nothing unless every package
/// tells one. They are readable where the energy counters are not.
[[nodiscard]] std::optional<Watts> package_power_limit(const Environment& environment);
/// GHz of a cpufreq file, which has kHz; nothing where it is not a clock that a processor can run at.
[[nodiscard]] std::optional<double> ghz_in(const std::filesystem::path& file);
/// GHz that the CPUs are likely to reach under load: from the base clock that the kernel, the model name or
/// (on a virtual machine) /proc/cpuinfo tells, up to the maximum that cpufreq allows. Nothing without a base.
[[nodiscard]] std::optional<double> expected_clock_ghz(const Environment& environment,
                                                       const Processor& processor);

}  // namespace joulecast::sensors
