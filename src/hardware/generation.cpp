#include "hardware/generation.hpp"

#include <algorithm>
#include <array>

namespace joulecast::hardware {
namespace {

template <std::size_t N>
bool is_of(const Gpu& gpu, const std::array<const char*, N>& architectures) {
  return std::any_of(architectures.begin(), architectures.end(),
                     [&](const char* name) { return gpu.architecture.starts_with(name); });
}

}  // namespace

bool has_stacked_memory(const Gpu& gpu) {
  constexpr std::array boards{"P100", "V100",  "TITAN V", "A100", "A30",  "H100",
                              "H200", "B200",  "GH200",   "MI50", "A800", "H20",
                              "B300", "Max 1", "MI100",   "MI2",  "MI3",  "Radeon VII"};
  return std::any_of(boards.begin(), boards.end(),
                     [&](const char* board) { return gpu.name.find(board) != std::string::npos; });
}

bool integers_share_lanes(const Gpu& gpu) {
  constexpr std::array always{"Maxwell", "Pascal"};
  constexpr std::array without_stacked_memory{"Ampere", "Ada", "Blackwell"};
  if (gpu.vendor != "NVIDIA") return false;
  return is_of(gpu, always) || (is_of(gpu, without_stacked_memory) && !has_stacked_memory(gpu));
}

bool has_doubled_lanes(const Gpu& gpu) {
  constexpr std::array since_ampere{"Ampere", "Ada", "Hopper", "Blackwell"};
  constexpr int doubled = 128;
  return gpu.vendor == "NVIDIA" && is_of(gpu, since_ampere) && gpu.cores && gpu.multiprocessors &&
         *gpu.cores >= doubled * *gpu.multiprocessors;
}

bool multiplies_fp32_in_matrix_units(const Gpu& gpu) {
  return gpu.architecture == "CDNA" || gpu.architecture == "CDNA2";
}

double delivered_bandwidth_share(const Gpu& gpu) {
  constexpr std::array before_volta{"Kepler", "Maxwell", "Pascal"};
  return is_of(gpu, before_volta) ? 0.76 : 0.95;
}

Watts full_speed_power(const Gpu& gpu) {
  struct Generation {
    const char* architecture;
    double watts_per_tflop;
  };
  constexpr std::array generations{Generation{"Pascal", 20}, Generation{"Turing", 15},
                                   Generation{"Ampere", 7.5}, Generation{"Ada", 5}};
  double least = 0;
  for (const auto& [architecture, watts_per_tflop] : generations)
    if (gpu.vendor == "NVIDIA" && gpu.architecture.starts_with(architecture))
      least = watts_per_tflop * gpu.fp32_tflops;
  return std::max(gpu.power_limit, Watts{least});
}

}  // namespace joulecast::hardware
