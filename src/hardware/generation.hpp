// What a GPU's generation says beyond its data sheet's peaks.
#pragma once

#include "hardware/catalogue.hpp"

namespace joulecast::hardware {

/// High-bandwidth memory beside the die, by board name; it idles at less power than GDDR.
[[nodiscard]] bool has_stacked_memory(const Gpu& gpu);

/// Whether integer instructions take the lanes of FP32 ones: NVIDIA's Maxwell, Pascal, and Ampere and later
/// without stacked memory.
[[nodiscard]] bool integers_share_lanes(const Gpu& gpu);
/// Instructions per FP32 instruction of typical kernels, 36 of 136 being integer ones (NVIDIA's Turing
/// whitepaper, 2018): by so much can the peak FP32 rate be out of reach where lanes are shared.
constexpr double instructions_per_float = 1.36;

/// Of the peak bandwidth, as streaming kernels see it: 76 % before Volta, 95 % since (NVIDIA's Volta
/// whitepaper, 2017); other vendors' as the latter.
[[nodiscard]] double delivered_bandwidth_share(const Gpu& gpu);

/// What the peak FP32 rate would draw if no limit held it: the board power, but no fewer watts per TFLOP/s
/// than the frugalest large board of the generation has (data sheets: P40, Quadro RTX 6000, RTX A6000, RTX
/// 4090). Small boards (P4, T4, A10, L4) state boost clocks that their limit never lets them keep.
[[nodiscard]] Watts full_speed_power(const Gpu& gpu);

}  // namespace joulecast::hardware
