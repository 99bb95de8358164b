// What a board's units compute in a second.
#pragma once

#include <string>
#include <string_view>

#include "hardware/catalogue.hpp"

namespace joulecast::estimate {

/// What arithmetic a precision uses on a board.
enum class Unit { fp32, tf32, mixed, half, fp8, fp4 };
[[nodiscard]] Unit unit_of(const std::string& precision);
/// The precision of FP32 that nobody asked for: TF32 in convolutions alone (PyTorch since 1.12).
inline constexpr std::string_view unasked_precision = "fp32-or-tf32";
[[nodiscard]] bool is_unasked(const std::string& precision);
/// Whether the board has the unit that TF32, or 8 bits and fewer, need. Other precisions run on every board,
/// if slowly.
[[nodiscard]] bool has_unit(const hardware::Gpu& gpu, const std::string& precision);
/// Peak rate in TFLOP/s: that of the unit if the board has it, else the best that it has in place.
[[nodiscard]] double peak_tflops(const hardware::Gpu& gpu, const std::string& precision);
/// What the power limit lets the board hold of it: small boards (T4, L4) state clocks that FP32 products
/// cannot keep, and dense ones (H100, B200) such that matrix units cannot.
[[nodiscard]] double sustained_tflops(const hardware::Gpu& gpu, const std::string& precision);

}  // namespace joulecast::estimate
