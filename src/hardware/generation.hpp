// What follows from a GPU's generation, beyond the peaks in its data sheet.
#pragma once

#include "hardware/catalogue.hpp"

namespace joulecast::hardware {

/// High-bandwidth memory beside the die, by board name; it idles at less power than GDDR.
[[nodiscard]] bool has_stacked_memory(const Gpu& gpu);

/// Whether integer instructions take the lanes of FP32 ones: NVIDIA's Maxwell, Pascal, and Ampere and later
/// without stacked memory.
[[nodiscard]] bool integers_share_lanes(const Gpu& gpu);
/// Instructions per FP32 instruction of typical kernels, 36 of 136 being integer ones (NVIDIA's Turing
/// whitepaper, 2018): where lanes are shared, kernels reach at most the peak FP32 rate divided by this.
constexpr double instructions_per_float = 1.36;

/// Whether the FP32 lanes of a multiprocessor were doubled and what feeds them was not: NVIDIA's boards since
/// Ampere with 128 lanes, on which plain FP32 products reach less of the peak (whitepapers: GA102, 2020).
[[nodiscard]] bool has_doubled_lanes(const Gpu& gpu);
/// Whether FP32 products run on matrix units that are twice as fast as the vector lanes of which the
/// catalogue gives the peak: AMD's CDNA and CDNA2 (whitepapers, 2020 and 2021).
[[nodiscard]] bool multiplies_fp32_in_matrix_units(const Gpu& gpu);

/// Share of the peak bandwidth that streaming kernels reach: 76 % before Volta, 95 % since (NVIDIA's Volta
/// whitepaper, 2017); for other vendors also 95 %.
[[nodiscard]] double delivered_bandwidth_share(const Gpu& gpu);

/// The power that the peak FP32 rate would need if nothing limited it: the board power, but at least the
/// watts per TFLOP/s of the generation's most efficient large board (data sheets: P40, Quadro RTX 6000, RTX
/// A6000, RTX 4090). Small boards (P4, T4, A10, L4) state boost clocks that their power limit never lets them
/// hold.
[[nodiscard]] Watts full_speed_power(const Gpu& gpu);

}  // namespace joulecast::hardware
