#include <fmt/format.h>

#include "report/machine/hardware_fields.hpp"
#include "report/machine/hardware_report.hpp"

namespace joulecast::report {
namespace {

using hardware::Cpu;
using hardware::Gpu;

std::string number(double value) {
  return fmt::format("{:g}", value);
}
std::string number(int value) {
  return fmt::format("{}", value);
}
template <class T>
std::string number(const std::optional<T>& value) {
  return value ? number(*value) : "-";
}

std::string table_text(const std::vector<Gpu>& gpus) {
  constexpr auto row = "{:<25} {:<10} {:>6} {:>7} {:>7} {:>6} {:>7} {:>7} {:>7}\n";
  auto text =
      fmt::format(row, "GPU", "family", "TDP W", "mem GB", "GB/s", "cores", "FP32 TF", "FP16 TF", "TF32 TF");
  for (const auto& gpu : gpus)
    text += fmt::format(row, gpu.name, gpu.architecture.empty() ? "-" : gpu.architecture,
                        number(gpu.power_limit.value()), number(gpu.memory_gb), number(gpu.bandwidth_gb_s),
                        number(gpu.cores), number(gpu.fp32_tflops), number(gpu.fp16_tflops),
                        number(gpu.tf32_tflops));
  return text + "TF: peak TFLOP/s without sparsity; FP16 with FP32 accumulation; -: not known.\n";
}

/// All digits, with "350.0" for a whole number, as in the JSON.
std::string exact(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

struct FieldText {
  std::string operator()(std::monostate) const { return "not known"; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(int value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return exact(value); }
};

std::string record_text(std::string_view kind, const std::vector<HardwareField>& fields) {
  auto text = fmt::format("{:<22} {}\n", "kind", kind);
  for (const auto& [key, value] : fields)
    text += fmt::format("{:<22} {}\n", key, std::visit(FieldText{}, value));
  return text;
}

struct AnswerText {
  std::string operator()(const session::HardwareList& list) const {
    return table_text(list.gpus) +
           fmt::format("{} CPUs are known by name: joulecast hardware \"AMD EPYC 7742\"\n", list.cpu_count);
  }
  std::string operator()(const session::GpusOfOneName& boards) const { return table_text(boards.gpus); }
  std::string operator()(const Gpu& gpu) const { return record_text("gpu", fields_of(gpu)); }
  std::string operator()(const Cpu& cpu) const { return record_text("cpu", fields_of(cpu)); }
};

}  // namespace

std::string to_text(const session::HardwareAnswer& answer) {
  return std::visit(AnswerText{}, answer);
}

}  // namespace joulecast::report
