// joulecast hardware [NAME]: what is known of a GPU or CPU, or the whole GPU table.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "hardware/catalogue.hpp"

namespace joulecast::cli {
namespace {

using hardware::Cpu;
using hardware::Gpu;
using nlohmann::ordered_json;

struct Options {
  std::string name;
  std::string gpu_file;
  std::string json;
};

template <class Value>
ordered_json or_null(const std::optional<Value>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<Value, Watts>) {
    return value->value();
  } else {
    return *value;
  }
}

ordered_json to_json(const Gpu& gpu) {
  return {{"name", gpu.name},
          {"vendor", gpu.vendor},
          {"architecture", gpu.architecture},
          {"tdp_w", gpu.power_limit.value()},
          {"memory_gb", gpu.memory_gb},
          {"memory_bandwidth_gb_s", gpu.bandwidth_gb_s},
          {"sm_or_cu", or_null(gpu.multiprocessors)},
          {"cores", or_null(gpu.cores)},
          {"boost_mhz", or_null(gpu.boost_mhz)},
          {"fp32_tflops", gpu.fp32_tflops},
          {"fp16_dense_tflops", or_null(gpu.fp16_tflops)},
          {"tf32_dense_tflops", or_null(gpu.tf32_tflops)},
          {"idle_w", or_null(gpu.idle_power)},
          {"source", gpu.source},
          {"date", gpu.date}};
}

ordered_json to_json(const Cpu& cpu) {
  return {{"name", cpu.name}, {"tdp_w", cpu.tdp.value()}, {"source", cpu.source}, {"date", cpu.date}};
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "-";
}
std::string number(const std::optional<int>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

void print_table(const std::vector<Gpu>& gpus) {
  constexpr auto row = "{:<25} {:<10} {:>6} {:>7} {:>7} {:>6} {:>7} {:>7} {:>7}\n";
  fmt::print(fmt::runtime(row), "GPU", "family", "TDP W", "mem GB", "GB/s", "cores", "FP32 TF", "FP16 TF",
             "TF32 TF");
  for (const auto& gpu : gpus)
    fmt::print(fmt::runtime(row), gpu.name, gpu.architecture.empty() ? "-" : gpu.architecture,
               fmt::format("{:g}", gpu.power_limit.value()), fmt::format("{:g}", gpu.memory_gb),
               fmt::format("{:g}", gpu.bandwidth_gb_s), number(gpu.cores),
               fmt::format("{:g}", gpu.fp32_tflops), number(gpu.fp16_tflops), number(gpu.tf32_tflops));
  fmt::print("TF: peak TFLOP/s without sparsity; FP16 with FP32 accumulation; -: not known.\n");
}

void print_one(const ordered_json& record) {
  for (const auto& [key, value] : record.items())
    fmt::print("{:<22} {}\n", key,
               value.is_null()     ? "not known"
               : value.is_string() ? value.get<std::string>()
                                   : value.dump());
}

ordered_json to_json(const std::vector<Gpu>& gpus) {
  ordered_json list = ordered_json::array();
  for (const auto& gpu : gpus) list.push_back(to_json(gpu));
  return list;
}

int list(const Options& options, const hardware::Catalogue& catalogue) {
  const auto print = [&] {
    print_table(catalogue.gpus());
    fmt::print("{} CPUs are known by name: joulecast hardware \"AMD EPYC 7742\"\n", catalogue.cpus().size());
  };
  return answer(options.json, print, [&] {
    return ordered_json{{"gpus", to_json(catalogue.gpus())}, {"cpu_count", catalogue.cpus().size()}};
  });
}

int look_up(const Options& options, const hardware::Catalogue& catalogue) {
  ordered_json record;
  if (const auto gpu = catalogue.find_gpu(options.name)) {
    record = ordered_json{{"kind", "gpu"}};
    record.update(to_json(*gpu));
  } else if (const auto several = catalogue.gpus_called(options.name); !several.empty()) {
    return answer(
        options.json, [&] { print_table(several); },
        [&] {
          return ordered_json{{"kind", "gpus"}, {"gpus", to_json(several)}};
        });
  } else if (const auto cpu = catalogue.find_cpu(options.name)) {
    record = ordered_json{{"kind", "cpu"}};
    record.update(to_json(*cpu));
  } else {
    return report_error(
        {ErrorKind::invalid, fmt::format("{}; {}", gpu.error().message, cpu.error().message), ""});
  }
  return answer(
      options.json, [&] { print_one(record); }, [&] { return record; });
}

int run(const Options& options) {
  auto catalogue = hardware::catalogue();
  if (!catalogue) return report_error(catalogue.error());
  if (!options.gpu_file.empty()) {
    auto own = hardware::read_gpu_file(options.gpu_file);
    if (!own) return report_error(own.error());
    for (auto& gpu : *own) catalogue->add(std::move(gpu));
  }
  return options.name.empty() ? list(options, *catalogue) : look_up(options, *catalogue);
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("NAME", options->name, "GPU or CPU, as nvidia-smi, rocm-smi or /proc/cpuinfo call it");
  app.add_option("--gpu-file", options->gpu_file,
                 "JSON description of your own GPU (keys as in gpus.csv), added to the table");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command hardware_command{"hardware", "What is known of a GPU or CPU, with source and date",
                                      "Predict", define};

}  // namespace joulecast::cli
