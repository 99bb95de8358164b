#include "report/machine/hardware_fields.hpp"

namespace joulecast::report {
namespace {

template <class T>
decltype(HardwareField::value) known(const std::optional<T>& value) {
  if (!value) return std::monostate{};
  if constexpr (std::is_same_v<T, Watts>)
    return value->value();
  else
    return *value;
}

}  // namespace

std::vector<HardwareField> fields_of(const hardware::Gpu& gpu) {
  return {{"name", gpu.name},
          {"vendor", gpu.vendor},
          {"architecture", gpu.architecture},
          {"tdp_w", gpu.power_limit.value()},
          {"memory_gb", gpu.memory_gb},
          {"memory_bandwidth_gb_s", gpu.bandwidth_gb_s},
          {"sm_or_cu", known(gpu.multiprocessors)},
          {"cores", known(gpu.cores)},
          {"boost_mhz", known(gpu.boost_mhz)},
          {"fp32_tflops", gpu.fp32_tflops},
          {"fp16_dense_tflops", known(gpu.fp16_tflops)},
          {"tf32_dense_tflops", known(gpu.tf32_tflops)},
          {"idle_w", known(gpu.idle_power)},
          {"source", gpu.source},
          {"date", gpu.date}};
}

std::vector<HardwareField> fields_of(const hardware::Cpu& cpu) {
  return {{"name", cpu.name}, {"tdp_w", cpu.tdp.value()}, {"source", cpu.source}, {"date", cpu.date}};
}

}  // namespace joulecast::report
