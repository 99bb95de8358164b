#include "estimate/offline/speed/unit_rates.hpp"

#include <algorithm>
#include <cmath>

#include "hardware/generation.hpp"

namespace joulecast::estimate {
namespace {

/// Matrix units of 16 bits hold their peak up to here: an A100 (312 TFLOP/s at 400 W) does, denser boards
/// state peaks of clocks that their power limit does not allow under load.
constexpr double matrix_tflops_per_watt = 0.8;

bool of_generation(const hardware::Gpu& gpu, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return gpu.architecture.starts_with(name); });
}

/// NVIDIA's white papers of Hopper, Ada and Blackwell; AMD's of CDNA 3 and 4.
bool has_fp4(const hardware::Gpu& gpu) {
  return of_generation(gpu, {"Blackwell", "CDNA 4", "CDNA4"});
}
bool has_fp8(const hardware::Gpu& gpu) {
  return has_fp4(gpu) || of_generation(gpu, {"Hopper", "Ada", "CDNA 3", "CDNA3"});
}

}  // namespace

Unit unit_of(const std::string& precision) {
  if (precision == "fp32") return Unit::fp32;
  if (precision == "tf32" || is_unasked(precision)) return Unit::tf32;
  if (precision == "fp16" || precision == "bf16") return Unit::half;
  if (precision.ends_with("fp8")) return Unit::fp8;
  if (precision == "nvfp4") return Unit::fp4;
  return Unit::mixed;  // also where a source does not say: fast trainings are mixed
}

double peak_tflops(const hardware::Gpu& gpu, const std::string& precision) {
  const double fp32 = gpu.fp32_tflops, fp16 = gpu.fp16_tflops.value_or(fp32);
  const bool bfloat = precision.find("bf16") != std::string::npos;
  switch (unit_of(precision)) {
    case Unit::fp32:
      return fp32;
    case Unit::tf32:
      return gpu.tf32_tflops.value_or(fp32);
    case Unit::mixed:
    case Unit::half:
      return bfloat && of_generation(gpu, {"Pascal", "Volta", "Turing", "Maxwell", "Kepler"}) ? fp32 : fp16;
    case Unit::fp8:
      return has_fp8(gpu) ? 2 * fp16 : fp16;
    case Unit::fp4:
      break;
  }
  return has_fp4(gpu) ? 4 * fp16 : has_fp8(gpu) ? 2 * fp16 : fp16;
}

bool has_unit(const hardware::Gpu& gpu, const std::string& precision) {
  switch (unit_of(precision)) {
    case Unit::tf32:
      return gpu.tf32_tflops.has_value() || is_unasked(precision);
    case Unit::fp8:  // blocks with a scale of their own came with 4 bits
      return precision == "mxfp8" ? has_fp4(gpu) : has_fp8(gpu);
    case Unit::fp4:
      return has_fp4(gpu);
    case Unit::fp32:
    case Unit::mixed:
    case Unit::half:
      break;
  }
  return true;
}

double sustained_tflops(const hardware::Gpu& gpu, const std::string& precision) {
  const double peak = peak_tflops(gpu, precision);
  double share = 1;  // of the power that the peak would need
  switch (unit_of(precision)) {
    case Unit::fp32:
      share = gpu.power_limit / hardware::full_speed_power(gpu);
      break;
    case Unit::mixed:
    case Unit::half:
      // what a source does not say may have been 8 bits
      if (!precision.empty()) share = matrix_tflops_per_watt * gpu.power_limit.value() / peak;
      break;
    case Unit::tf32:
    case Unit::fp8:  // what is expected of it is what dense boards reach: no other has it
    case Unit::fp4:
      break;
  }
  // Between the clock in proportion to power, at constant voltage, and its cube root, where voltage falls too
  return peak * std::min(1.0, std::sqrt(share));
}

bool is_unasked(const std::string& precision) {
  return precision == unasked_precision;
}

}  // namespace joulecast::estimate
