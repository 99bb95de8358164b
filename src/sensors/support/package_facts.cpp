#include "sensors/support/package_facts.hpp"

#include <algorithm>

#include "hardware/cpu_power.hpp"
#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {

bool package_can_sleep(const Environment& environment) {
  bool told = false;
  for (const auto& state : entries(environment.roots.sys / "devices/system/cpu/cpu0/cpuidle", "state")) {
    const auto name = first_line(state / "name");
    if (!name) continue;
    told = true;
    const bool shallow = *name == "POLL" || *name == "C1" || *name == "C1E" || *name == "C1_ACPI";
    if (!shallow && number_in(state / "disable").value_or(0) == 0) return true;
  }
  return !told;
}

std::optional<Watts> package_power_limit(const Environment& environment) {
  std::optional<Watts> sum;
  for (const auto& zone : entries(environment.roots.sys / "class/powercap", "intel-rapl:")) {
    if (!first_line(zone / "name").value_or("").starts_with("package")) continue;
    const auto microwatts = number_in(zone / "constraint_0_power_limit_uw");
    if (!microwatts || *microwatts == 0) return {};
    sum = sum.value_or(Watts{0}) + Watts{static_cast<double>(*microwatts) * 1e-6};
  }
  return sum;
}

std::optional<double> ghz_in(const std::filesystem::path& file) {
  const auto khz = number_in(file);
  if (!khz) return std::nullopt;
  const double ghz = static_cast<double>(*khz) * 1e-6;
  return hardware::can_be_clock_ghz(ghz) ? std::optional(ghz) : std::nullopt;
}

std::optional<double> expected_clock_ghz(const Environment& environment, const Processor& processor) {
  const auto cpufreq = environment.roots.sys / "devices/system/cpu/cpu0/cpufreq";
  const auto allowed = ghz_in(cpufreq / "scaling_max_freq");
  auto base = ghz_in(cpufreq / "base_frequency");
  if (!base) base = hardware::base_clock_in(processor.model_name);
  if (!base && processor.virtual_machine && processor.clock_mhz &&
      hardware::can_be_clock_ghz(*processor.clock_mhz / 1000))
    base = *processor.clock_mhz / 1000;
  if (!base) return allowed;
  const double expected = hardware::clock_under_load_ghz(*base, ghz_in(cpufreq / "cpuinfo_max_freq"));
  return allowed ? std::min(expected, *allowed) : expected;
}

}  // namespace joulecast::sensors
