#include "hardware/cpu_power.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::hardware {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The letters after the digits of a model number: "KS" in i9-13900KS, "U" in 3700U.
std::string_view suffix_of_number(std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    std::size_t end = i;
    while (end < lower.size() && lower[end] >= '0' && lower[end] <= '9') ++end;
    if (end - i >= 4) {
      const auto stop = lower.find_first_of(" @-", end);
      return lower.substr(end, stop == std::string_view::npos ? lower.npos : stop - end);
    }
    i = std::max(i, end);
  }
  return {};
}

bool is_mobile(std::string_view suffix) {
  // Intel: U, Y, P, H, HK, HX, HQ, G1..G7; AMD: U, HS, HX, H.
  return !suffix.empty() && (suffix[0] == 'u' || suffix[0] == 'y' || suffix[0] == 'p' || suffix[0] == 'h' ||
                             suffix[0] == 'g' || suffix[0] == 'm');
}

}  // namespace

std::string_view name_of(CpuClass kind) {
  switch (kind) {
    case CpuClass::server:
      return "server";
    case CpuClass::workstation:
      return "workstation";
    case CpuClass::desktop:
      return "desktop";
    case CpuClass::desktop_unlocked:
      return "unlocked desktop";
    case CpuClass::mobile:
      return "mobile";
    case CpuClass::unknown:
      break;
  }
  return "unknown";
}

CpuClass cpu_class_of(std::string_view model_name) {
  const auto name = to_lower(model_name);
  if (has(name, "threadripper") || has(name, "xeon(r) w") || has(name, "xeon w"))
    return CpuClass::workstation;
  if (has(name, "epyc") || has(name, "opteron") || has(name, "xeon") || has(name, "neoverse"))
    return CpuClass::server;
  const auto suffix = suffix_of_number(name);
  const bool intel = has(name, "core(tm)") || has(name, "intel core");
  const bool amd = has(name, "ryzen");
  if (!intel && !amd) return CpuClass::unknown;
  // AMD's G: a desktop APU
  if (is_mobile(suffix) && !(amd && suffix.starts_with("g"))) return CpuClass::mobile;
  if (intel && suffix.starts_with("k")) return CpuClass::desktop_unlocked;
  return CpuClass::desktop;
}

CpuPowerParameters cpu_power_parameters(const CpuDescription& cpu) {
  // full_share and its spread are estimates by class, not fitted: servers are specified for their heaviest
  // code and stay below it; unlocked desktop parts may use far more than their base power. Only the server
  // and workstation figures were compared with readings (one CPU each), which were known when the figures
  // were chosen; the other classes are untested. idle_share and steepness: bench/cpu_power_bench.cpp, with
  // RAPL readings collected by the CodeCarbon project (MIT).
  CpuPowerParameters p{0.05, 0.85, 2.25, 0.55};
  switch (cpu.kind) {
    case CpuClass::server:
      p.full_share = 0.72;
      p.uncertainty = 0.45;
      break;
    case CpuClass::workstation:
      p.full_share = 0.92;
      p.uncertainty = 0.35;
      break;
    case CpuClass::desktop:
      p.full_share = 0.90;
      p.uncertainty = 0.45;
      break;
    case CpuClass::desktop_unlocked:
      p.full_share = 1.25;
      p.uncertainty = 0.50;
      break;
    case CpuClass::mobile:
      p.full_share = 0.95;
      p.uncertainty = 0.50;
      break;
    case CpuClass::unknown:
      break;
  }
  // Without pairs of threads only the shared parts and turbo make the curve bend
  if (!cpu.simultaneous_threads) p.steepness = 1.5;
  return p;
}

Watts cpu_power(Watts tdp, const CpuPowerParameters& p, double utilisation, double clock_share) {
  const double u = std::clamp(utilisation, 0.0, 1.0);
  const double s = std::clamp(clock_share, 0.0, 1.0);
  const double active = 1 - std::pow(1 - u, p.steepness);
  return tdp * (p.idle_share + (p.full_share - p.idle_share) * active * s * s);
}

Watts cpu_power(const CpuDescription& cpu, double utilisation, double clock_share) {
  return cpu_power(cpu.tdp, cpu_power_parameters(cpu), utilisation, clock_share);
}

Watts assumed_tdp(int logical_cpus, CpuClass kind) {
  // The middle of the catalogue's processors of each class, in W a thread; they scatter by a factor of two.
  const double watts_per_thread = kind == CpuClass::mobile                                          ? 2.5
                                  : kind == CpuClass::desktop || kind == CpuClass::desktop_unlocked ? 6
                                                                                                    : 4;
  return Watts{watts_per_thread * std::max(logical_cpus, 1)};
}

Watts limit_to_virtual_cpus(Watts tdp, int logical_cpus) {
  return std::min(tdp, assumed_tdp(logical_cpus));
}

}  // namespace joulecast::hardware
