// CPU package power if no meter can be read: a small physical model of cores, clock and utilisation.
//
//   P = min(limit, sleep + (uncore - sleep) w + N k v (f / 3 GHz)^2.6 (1 - (1-u)^g))
//   uncore = a d sqrt(10 W x N x TDP),  sleep = s uncore,  w = min(1, n u)
//
// u is the busy share of the n logical CPUs (0..1), N the number of physical cores and f the clock of the
// busy cores. docs/cpu-model.md explains each term and says where its figures come from.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace joulecast::hardware {

/// The market that a CPU is made for.
enum class CpuClass { server, workstation, desktop, desktop_unlocked, mobile, unknown };
[[nodiscard]] std::string_view name_of(CpuClass kind);
/// From the model name of /proc/cpuinfo: "AMD EPYC 8024P 8-Core Processor" -> server.
[[nodiscard]] CpuClass cpu_class_of(std::string_view model_name);

/// How a design differs from a common one, from the model name alone.
struct CpuDesign {
  bool large_uncore = false;  ///< Intel's server mesh since Ice Lake: d of the formula
  double core_share = 1;      ///< v of the formula: 0.6 of AMD's EPYC, and of Ryzen since Zen 2
  double sleep_share = 0.58;  ///< s of the formula: 0.28 of EPYC, 0.1 of Ryzen
  double limit_share = 1;     ///< the most that a package draws for long, as a share of its TDP
  bool operator==(const CpuDesign&) const = default;
};
[[nodiscard]] CpuDesign cpu_design_of(std::string_view model_name);

/// One machine or the part of one that a virtual machine has. Figures are of all its sockets together.
struct CpuDescription {
  Watts tdp{0};
  int cores = 1;  ///< physical
  int threads_per_core = 2;
  CpuClass kind = CpuClass::unknown;
  CpuDesign design{};
  bool sleeps = true;                  ///< false where no idle state is deeper than C1
  std::optional<Watts> power_limit{};  ///< as the kernel tells it
};

/// What is fitted to measured power; the other figures of the formula are fixed.
struct CpuPowerCoefficients {
  double core_watts;           ///< k: of a busy core at 3 GHz
  double uncore;               ///< a
  double large_uncore_factor;  ///< d of designs with a large uncore, 1 of others
};
/// Fitted by fit_cpu_power() to the CPUs of fitted_cpus().
[[nodiscard]] CpuPowerCoefficients shipped_cpu_coefficients();

/// The package power at a utilisation (0..1; limited to it). Without a clock in GHz, assumed_clock_ghz().
[[nodiscard]] Watts cpu_power(const CpuDescription& cpu, double utilisation,
                              std::optional<double> clock_ghz = {},
                              const CpuPowerCoefficients& coefficients = shipped_cpu_coefficients());

/// The formula's terms before the fitted coefficients:
/// P = min(limit, a d^[large uncore] uncore + k cores).
struct CpuPowerTerms {
  Watts uncore{0};
  double cores = 0;
  Watts limit{0};
};
[[nodiscard]] CpuPowerTerms cpu_power_terms(const CpuDescription& cpu, double utilisation,
                                            std::optional<double> clock_ghz);
[[nodiscard]] Watts cpu_power(const CpuDescription& cpu, const CpuPowerTerms& terms,
                              const CpuPowerCoefficients& coefficients);

/// The clock under load where nobody tells it: cores with a larger share of the TDP run faster,
/// 3 GHz (TDP / (10 W x N))^0.36, limited to 1 to 5 GHz.
[[nodiscard]] double assumed_clock_ghz(const CpuDescription& cpu);
/// The clock under load of a CPU that is specified for `base`: 0.6 of the way to its maximum, and 1.2 of the
/// base where the maximum is not known.
[[nodiscard]] double clock_under_load_ghz(double base, std::optional<double> maximum);
/// Whether a processor can run at this clock: 0.1 to 8 GHz. Kernels and virtual machines tell others as well.
[[nodiscard]] bool can_be_clock_ghz(double ghz);
/// The base clock in a model name: 2.3 of "Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz".
[[nodiscard]] std::optional<double> base_clock_in(std::string_view model_name);

/// TDP of a processor that no table knows, or of a virtual machine's part of one.
[[nodiscard]] Watts assumed_tdp(int cores, CpuClass kind = CpuClass::unknown);

/// Half-width of the 90 % interval as a share of the power. Of a known CPU: three quarters of the measured
/// rows of every fitted CPU lie inside when that CPU is left out of the fit (`joulecast evaluate cpu`).
inline constexpr double cpu_power_uncertainty = 0.46;
/// The same where TDP or cores are assumed, and of desktops and laptops, of which the fit knows none: an
/// estimate.
inline constexpr double assumed_cpu_power_uncertainty = 0.6;
/// Which of the two holds for a class whose TDP and cores are known.
[[nodiscard]] double cpu_power_uncertainty_of(CpuClass kind);

}  // namespace joulecast::hardware
