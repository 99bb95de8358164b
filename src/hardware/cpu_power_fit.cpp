#include "hardware/cpu_power_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "hardware/catalogue.hpp"

namespace joulecast::hardware {
namespace {

using Logs = std::array<double, 3>;  ///< logarithms of the coefficients

CpuPowerCoefficients coefficients_of(const Logs& logs) {
  return {std::exp(logs[0]), std::exp(logs[1]), std::exp(logs[2])};
}

/// A CPU's readings with everything computed that the coefficients do not change.
struct Prepared {
  const CpuDescription* cpu;
  std::vector<std::pair<CpuPowerTerms, double>> rows;  ///< and the logarithm of the measured power
};

std::vector<Prepared> prepare(std::span<const MeasuredCpu* const> cpus) {
  std::vector<Prepared> list;
  for (const auto* measured : cpus) {
    Prepared prepared{&measured->cpu, {}};
    for (const auto& reading : measured->readings)
      for (const auto& clock : {reading.clock_ghz, std::optional<double>{}})
        prepared.rows.emplace_back(cpu_power_terms(measured->cpu, reading.utilisation, clock),
                                   std::log(reading.power.value()));
    if (!prepared.rows.empty()) list.push_back(std::move(prepared));
  }
  return list;
}

double loss(const std::vector<Prepared>& cpus, const Logs& logs) {
  const auto coefficients = coefficients_of(logs);
  double sum = 0;
  for (const auto& [cpu, rows] : cpus) {
    double errors = 0;
    for (const auto& [terms, measured] : rows)
      errors += std::abs(std::log(cpu_power(*cpu, terms, coefficients).value()) - measured);
    sum += errors / static_cast<double>(rows.size());
  }
  constexpr double factor = 1.45, spread = 0.25, weight = 0.01;
  const double off = (logs[2] - std::log(factor)) / spread;
  return sum / static_cast<double>(cpus.size()) + weight * off * off;
}

/// All 26 directions of a cube, because errors without a square have edges along which no single
/// coefficient improves anything.
std::vector<Logs> directions() {
  std::vector<Logs> list;
  for (const double x : {-1, 0, 1})
    for (const double y : {-1, 0, 1})
      for (const double z : {-1, 0, 1})
        if (x != 0 || y != 0 || z != 0) list.push_back({x, y, z});
  return list;
}

}  // namespace

CpuPowerCoefficients fit_cpu_power(std::span<const MeasuredCpu* const> cpus) {
  const auto prepared = prepare(cpus);
  if (prepared.empty()) return shipped_cpu_coefficients();
  const auto ways = directions();
  Logs best{std::log(7.0), std::log(0.22), std::log(1.45)};
  double least = loss(prepared, best);
  for (double step = 0.1; step > 1e-4;) {
    bool better = false;
    for (const auto& way : ways) {
      Logs trial;
      for (std::size_t i = 0; i < trial.size(); ++i) trial[i] = best[i] + step * way[i];
      if (const double here = loss(prepared, trial); here < least) least = here, best = trial, better = true;
    }
    if (!better) step /= 2;
  }
  return coefficients_of(best);
}

bool is_fitted_cpu(std::string_view model_name) {
  // RAPL readings: AMD by CodeCarbon (MIT), 8360Y by RRZE-HPC (PMBS23-AD and LULESH-AD, GPL-3), 6338 by
  // icpe-2024-rapl-validation (GPL-3), the others by turbostressreports (CC0).
  constexpr std::string_view names[] = {"AMD EPYC 8024P",
                                        "AMD Ryzen Threadripper 1950X",
                                        "Intel Xeon E5-2686 v4",
                                        "Intel Xeon Gold 6338",
                                        "Intel Xeon Platinum 8124M",
                                        "Intel Xeon Platinum 8151",
                                        "Intel Xeon Platinum 8175M",
                                        "Intel Xeon Platinum 8252C",
                                        "Intel Xeon Platinum 8259CL",
                                        "Intel Xeon Platinum 8360Y"};
  const auto wanted = normalised_cpu_name(model_name);
  return std::ranges::any_of(names, [&](auto name) { return normalised_cpu_name(name) == wanted; });
}

}  // namespace joulecast::hardware
