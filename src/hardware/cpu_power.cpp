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
    constexpr std::size_t fewest_digits = 3;  // "Ultra 9 285K"
    if (end - i >= fewest_digits) {
      const auto stop = lower.find_first_of(" @-", end);
      return lower.substr(end, stop == std::string_view::npos ? lower.npos : stop - end);
    }
    i = std::max(i, end);
  }
  return {};
}

/// A Xeon of the third generation of Xeon Scalable (Ice Lake) or later: "Gold 6338", "Platinum 8480+",
/// "6780E". Its number stands alone and its second digit is the generation. "8380HL" is older (Cooper Lake),
/// and the numbers of "E-2388G", "D-2775TE" and "X5670" follow a letter.
bool is_xeon_since_ice_lake(std::string_view lower) {
  if (!has(lower, "xeon")) return false;
  for (auto word : split(lower, ' ')) {
    if (word.starts_with('w')) word.remove_prefix(std::min(word.find('-'), word.size() - 1) + 1);  // "W-3365"
    std::size_t digits = 0;
    while (digits < word.size() && word[digits] >= '0' && word[digits] <= '9') ++digits;
    if (digits != 4 || word[0] < '3') continue;
    const bool cooper_lake = word[1] == '3' && word.substr(4).starts_with('h');
    return word[1] >= '3' && !cooper_lake;
  }
  return false;
}

/// A Ryzen of Zen 2 or later, which 7 nm and finer are made in: "3950X", "5600G", "Ryzen AI 9 HX 370". Of the
/// 3000s, those with graphics or for laptops ("3400G", "3700U") are older.
bool is_ryzen_since_zen_2(std::string_view lower) {
  if (!has(lower, "ryzen")) return false;
  if (has(lower, "ryzen ai")) return true;
  for (const auto word : split(lower, ' ')) {
    std::size_t digits = 0;
    while (digits < word.size() && word[digits] >= '0' && word[digits] <= '9') ++digits;
    if (digits != 4) continue;
    const auto suffix = word.substr(4);
    return word[0] > '3' || (word[0] == '3' && (suffix.empty() || suffix.starts_with('x')));
  }
  return false;
}

Watts limit_of(const CpuDescription& cpu) {
  // Boards that do not limit anything write a limit that no cooler could carry
  if (cpu.power_limit && *cpu.power_limit > Watts{0} && *cpu.power_limit < cpu.tdp * 2.5)
    return *cpu.power_limit;
  return cpu.tdp * cpu.design.limit_share;
}

constexpr double clock_exponent = 2.6;

bool is_mobile(std::string_view suffix) {
  // Intel: U, Y, P, H, HK, HX, HQ, G1..G7; AMD: U, HS, HX, H.
  return !suffix.empty() && (suffix[0] == 'u' || suffix[0] == 'y' || suffix[0] == 'p' || suffix[0] == 'h' ||
                             suffix[0] == 'g' || suffix[0] == 'm');
}

/// Intel's maximum turbo power over the base power, of unlocked desktops since the 12th generation (published
/// with each processor): 241 and 253 W of 125 W for i9, 250 W for Ultra 9 and 7, 253 W for i7 since the 13th,
/// 190 W before, 150 to 181 W for i5 and Ultra 5. Boards let them draw it for as long as they are cool
/// enough. Before there was no such figure: an estimate.
double turbo_share(std::string_view name) {
  constexpr double twice = 2, less = 1.5, least = 1.4;
  if (has(name, "ultra 9") || has(name, "ultra 7")) return twice;
  if (has(name, "ultra 5") || has(name, "i5-12") || has(name, "i5-13") || has(name, "i5-14")) return least;
  if (has(name, "i9-12") || has(name, "i9-13") || has(name, "i9-14")) return twice;
  return has(name, "i7-13") || has(name, "i7-14") ? twice : less;
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

CpuDesign cpu_design_of(std::string_view model_name) {
  const auto name = to_lower(model_name);
  const auto kind = cpu_class_of(model_name);
  const bool epyc = has(name, "epyc"), ryzen = has(name, "ryzen");
  CpuDesign design;
  design.large_uncore = is_xeon_since_ice_lake(name);
  if (epyc || is_ryzen_since_zen_2(name)) design.core_share = 0.6;
  if (epyc) design.sleep_share = 0.28;
  if (ryzen) design.sleep_share = 0.1;
  // AMD's package power tracking of AM4 and AM5 desktops is 1.35 x TDP.
  if (ryzen && kind == CpuClass::desktop) design.limit_share = 1.35;
  if (kind == CpuClass::desktop_unlocked) design.limit_share = turbo_share(name);
  return design;
}

double cpu_power_uncertainty_of(CpuClass kind) {
  const bool measured = kind == CpuClass::server || kind == CpuClass::workstation;
  return measured ? cpu_power_uncertainty : assumed_cpu_power_uncertainty;
}

CpuPowerCoefficients shipped_cpu_coefficients() {
  return {.core_watts = 7.86, .uncore = 0.218, .large_uncore_factor = 1.60};
}

double assumed_clock_ghz(const CpuDescription& cpu) {
  return std::clamp(3 * std::pow(cpu.tdp.value() / (10.0 * std::max(cpu.cores, 1)), 0.36), 1.0, 5.0);
}

double clock_under_load_ghz(double base, std::optional<double> maximum) {
  if (!maximum || *maximum < base) return 1.2 * base;
  return base + 0.6 * (*maximum - base);
}

bool can_be_clock_ghz(double ghz) {
  return ghz >= 0.1 && ghz <= 8;
}

std::optional<double> base_clock_in(std::string_view model_name) {
  const auto at = model_name.rfind('@');
  if (at == std::string_view::npos) return {};
  auto text = trim(model_name.substr(at + 1));
  const auto unit = text.find("GHz");
  if (unit == std::string_view::npos) return {};
  const auto ghz = parse_double(trim(text.substr(0, unit)));
  if (!ghz || !can_be_clock_ghz(*ghz)) return {};
  return *ghz;
}

CpuPowerTerms cpu_power_terms(const CpuDescription& cpu, double utilisation,
                              std::optional<double> clock_ghz) {
  const double u = std::clamp(utilisation, 0.0, 1.0);
  const double cores = std::max(cpu.cores, 1);
  const double logical = cores * std::max(cpu.threads_per_core, 1);
  const double sleep = cpu.sleeps ? cpu.design.sleep_share : 1;
  const double awake = std::min(1.0, logical * u);
  // Two threads of a core share it, so the second adds less; turbo and shared caches bend the curve of others
  const double steepness = cpu.threads_per_core > 1 ? 1.45 : 1.15;
  const double clock = clock_ghz.value_or(assumed_clock_ghz(cpu));
  CpuPowerTerms terms;
  terms.uncore = Watts{std::sqrt(10 * cores * std::max(cpu.tdp.value(), 0.0)) * std::lerp(sleep, 1, awake)};
  terms.cores =
      cores * cpu.design.core_share * std::pow(clock / 3, clock_exponent) * (1 - std::pow(1 - u, steepness));
  terms.limit = limit_of(cpu);
  return terms;
}

Watts cpu_power(const CpuDescription& cpu, const CpuPowerTerms& terms, const CpuPowerCoefficients& c) {
  const double uncore = c.uncore * (cpu.design.large_uncore ? c.large_uncore_factor : 1);
  return std::min(terms.limit, terms.uncore * uncore + Watts{c.core_watts * terms.cores});
}

Watts cpu_power(const CpuDescription& cpu, double utilisation, std::optional<double> clock_ghz,
                const CpuPowerCoefficients& coefficients) {
  return cpu_power(cpu, cpu_power_terms(cpu, utilisation, clock_ghz), coefficients);
}

Watts assumed_tdp(int cores, CpuClass kind) {
  // The middle of processors of each class; they scatter by a factor of two.
  const double watts_per_core = kind == CpuClass::mobile                                          ? 5
                                : kind == CpuClass::desktop || kind == CpuClass::desktop_unlocked ? 12
                                                                                                  : 8;
  return Watts{watts_per_core * std::max(cores, 1)};
}

}  // namespace joulecast::hardware
