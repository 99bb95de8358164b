#include "hardware/core_power.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/text.hpp"

namespace joulecast::hardware {
namespace {

/// docs/cpu-model.md has the figures and where they were read.
constexpr std::string_view makers_tdp = "the maker's TDP", press = "figures of the press",
                           boards = "power of whole boards", guess = "an estimate without a source";

constexpr unsigned arm = 0x41, cavium = 0x43, fujitsu = 0x46, hisilicon = 0x48, qualcomm = 0x51, apple = 0x61,
                   phytium = 0x70, broadcom = 0x42, ampere = 0xc0;

struct ArmCore {
  unsigned implementer, part;
  CoreDesign design;
};

constexpr ArmCore amazons_cores[] = {
    {arm, 0xd08, {"Cortex-A72 (Graviton)", 2.5, 2.3, 1, 0.6, guess}},
    {arm, 0xd0c, {"Neoverse N1 (Graviton2)", 1.6, 2.5, 1, 0.5, press}},
    {arm, 0xd40, {"Neoverse V1 (Graviton3)", 1.6, 2.6, 1, 0.6, guess}},
    {arm, 0xd4f, {"Neoverse V2 (Graviton4)", 1.8, 2.8, 1, 0.6, guess}},
};

constexpr ArmCore arm_cores[] = {
    {arm, 0xd0c, {"Neoverse N1", 2.3, 2.9, 1, 0.45, makers_tdp}},  // Altra: 1.5 to 3.1 W
    {arm, 0xd40, {"Neoverse V1", 2.0, 2.6, 1, 0.6, guess}},
    {arm, 0xd49, {"Neoverse N2", 1.9, 2.75, 1, 0.6, guess}},
    {arm, 0xd4f, {"Neoverse V2", 3.0, 3.2, 1, 0.6, guess}},  // Grace: 3.5 W with its memory
    {arm, 0xd03, {"Cortex-A53", 0.7, 1.4, 1, 0.7, guess}},
    {arm, 0xd04, {"Cortex-A35", 0.4, 1.4, 1, 0.7, guess}},
    {arm, 0xd05, {"Cortex-A55", 0.5, 1.8, 1, 0.7, guess}},
    {arm, 0xd07, {"Cortex-A57", 1.5, 1.9, 1, 0.7, guess}},
    {arm, 0xd08, {"Cortex-A72", 1.2, 1.5, 1, 0.6, boards}},
    {arm, 0xd09, {"Cortex-A73", 1.2, 2.0, 1, 0.7, guess}},
    {arm, 0xd0a, {"Cortex-A75", 1.4, 2.4, 1, 0.7, guess}},
    {arm, 0xd0b, {"Cortex-A76", 2.0, 2.4, 1, 0.6, boards}},
    {arm, 0xd0d, {"Cortex-A77", 1.6, 2.6, 1, 0.7, guess}},
    {arm, 0xd41, {"Cortex-A78", 1.5, 2.4, 1, 0.7, guess}},
    {arm, 0xd42, {"Cortex-A78AE", 1.8, 2.2, 1, 0.7, guess}},
    {ampere, 0xac3, {"AmpereOne", 1.8, 3.0, 1, 0.6, guess}},
    {ampere, 0xac4, {"AmpereOne", 1.8, 3.0, 1, 0.6, guess}},
    {cavium, 0x0a1, {"ThunderX", 2.3, 2.0, 1, 0.6, guess}},
    {cavium, 0x0af, {"ThunderX2", 5.6, 2.2, 4, 0.6, guess}},
    {broadcom, 0x516, {"ThunderX2", 5.6, 2.2, 4, 0.6, guess}},
    {fujitsu, 0x001, {"A64FX", 2.9, 2.2, 1, 0.6, guess}},
    {hisilicon, 0xd01, {"Kunpeng 920", 2.9, 2.6, 1, 0.6, guess}},
    {phytium, 0x662, {"FT-2000+", 1.6, 2.2, 1, 0.6, guess}},
    {phytium, 0x663, {"Phytium S2500", 2.3, 2.1, 1, 0.6, guess}},
    {qualcomm, 0xc00, {"Falkor (Centriq)", 2.5, 2.2, 1, 0.6, guess}},
    {qualcomm, 0x001, {"Oryon", 4.0, 3.4, 1, 0.7, guess}},
};

/// Apple's come in pairs, the efficient core first; those of Pro and Max have numbers of their own.
struct ApplePair {
  unsigned efficient_parts[3];
  CoreDesign efficient, fast;
};
constexpr ApplePair apple_pairs[] = {
    {{0x022, 0x024, 0x028},
     {"Apple M1 efficient core", 0.5, 2.1, 1, 0.6, press},
     {"Apple M1 fast core", 4.8, 3.2, 1, 0.5, press}},
    {{0x032, 0x034, 0x038},
     {"Apple M2 efficient core", 0.5, 2.4, 1, 0.6, press},
     {"Apple M2 fast core", 4.5, 3.5, 1, 0.5, press}},
    {{0x042, 0x044, 0x048},
     {"Apple M3 efficient core", 0.6, 2.75, 1, 0.7, guess},
     {"Apple M3 fast core", 5.0, 4.05, 1, 0.6, guess}},
    {{0x052, 0x054, 0x058},
     {"Apple M4 efficient core", 0.7, 2.9, 1, 0.7, press},
     {"Apple M4 fast core", 6.0, 4.4, 1, 0.6, press}},
};

std::optional<CoreDesign> apple_core(unsigned part) {
  for (const auto& pair : apple_pairs) {
    if (std::ranges::count(pair.efficient_parts, part) > 0) return pair.efficient;
    if (std::ranges::count(pair.efficient_parts, part - 1) > 0) return pair.fast;
  }
  return std::nullopt;
}

constexpr CoreDesign other_cores[] = {
    {"POWER8", 17, 3.5, 8, 0.5, makers_tdp},    {"POWER9", 10, 3.3, 4, 0.6, guess},
    {"POWER10", 16, 3.8, 8, 0.6, guess},        {"sifive,u74", 0.9, 1.4, 1, 0.7, guess},
    {"thead,c910", 1.9, 2.0, 1, 0.7, guess},    {"thead,c920", 1.9, 2.0, 1, 0.7, guess},
    {"spacemit,x60", 0.6, 1.6, 1, 0.7, boards},
};

}  // namespace

std::optional<CoreDesign> arm_core(unsigned implementer, unsigned part, bool at_amazon) {
  if (implementer == apple) return apple_core(part);
  const auto find = [&](std::span<const ArmCore> cores) -> std::optional<CoreDesign> {
    for (const auto& core : cores)
      if (core.implementer == implementer && core.part == part) return core.design;
    return std::nullopt;
  };
  if (at_amazon)
    if (const auto core = find(amazons_cores)) return core;
  return find(arm_cores);
}

std::optional<CoreDesign> core_called(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto wanted = to_lower(name);
  for (const auto& core : other_cores) {
    const auto known = to_lower(core.name);
    const bool longer_number = wanted.size() > known.size() && is_digit(wanted[known.size()]);
    if (wanted.starts_with(known) && !longer_number) return core;
  }
  return std::nullopt;
}

CoreDesign unknown_core(int cores, bool power) {
  const auto between = [](double least, double most, int threads) {
    return CoreDesign{"unknown design", (least + most) / 2, 0, threads, (most - least) / (most + least),
                      "what is sold"};
  };
  constexpr int most_of_a_small_processor = 15;
  if (power) return between(6, 20, 8);
  return cores > most_of_a_small_processor ? between(0.8, 6, 1) : between(0.3, 5, 1);
}

Watts core_power(const CorePower& cores, double utilisation, std::optional<double> clock_ghz) {
  constexpr double steepness = 1.15;  // as in cpu_power()
  constexpr double most_by_clock = 2;
  const double busy = 1 - std::pow(1 - std::clamp(utilisation, 0.0, 1.0), steepness);
  const double clock = clock_ghz && cores.clock_ghz > 0 ? *clock_ghz / cores.clock_ghz : 1;
  const double dynamic = (1 - idle_share_of_cores) * std::min(clock * clock, most_by_clock);
  return cores.busy * (idle_share_of_cores + dynamic * busy);
}

}  // namespace joulecast::hardware
