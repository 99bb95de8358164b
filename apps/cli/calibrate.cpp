// joulecast calibrate: learns the user's own machine from a minute of micro-workloads and a few short runs.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/forecast/calibrate_machine.hpp"
#include "session/forecast/fit_data.hpp"
#include "session/forecast/workload_rows.hpp"

namespace joulecast::cli {
namespace {

using session::Followed;

struct Options {
  std::string workload, workload_output;  ///< set where this process is one of the micro-workloads
  double seconds = 8;
  session::FitInput runs;
  std::string store, gpu, gpu_command, fitted, json;
  std::string output = "joulecast-calibrated.json";
  std::string device_file;
  std::string source = "here", framework = "calibration";
};

/// This process is one micro-workload: run it and write how much was done.
int run_workload(const Options& options) {
  const auto did = session::run_micro(options.workload, Seconds{options.seconds});
  if (!did) return report_error(did.error());
  const auto written = write_file(options.workload_output,
                                  fmt::format("{:.17g} {:.17g}\n", did->amount, did->duration.value()));
  return written ? done : report_error(written.error());
}

std::string cpu_name() {
  const auto text = read_file("/proc/cpuinfo");
  if (!text) return "CPU";
  for (const auto line : split(*text, '\n'))
    if (line.starts_with("model name"))
      if (const auto colon = line.find(':'); colon != std::string_view::npos)
        return std::string(trim(line.substr(colon + 1)));
  return "CPU";
}

double memory_gb() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) * 1e-9;
}

struct Measured {
  hardware::Gpu device;
  std::vector<session::MicroResult> micro;
};

Result<Measured> measure_cpu(const Options& options) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  const session::MicroRequest request{{self, "calibrate", "--workload", "{workload}", "--seconds",
                                       "{seconds}", "--workload-output", "{output}"},
                                      "cpu",
                                      Seconds{options.seconds}};
  auto micro = session::measure_micro(request, sensors::real_environment());
  if (!micro) return propagate(micro.error());
  std::optional<Watts> limit;
  if (const auto cpu = hardware::find_cpu(cpu_name())) limit = cpu->tdp;
  auto device = session::device_from(*micro, cpu_name(), limit, memory_gb());
  if (!device) return propagate(device.error());
  return Measured{std::move(*device), std::move(*micro)};
}

Result<Measured> measure_gpu(const Options& options) {
  auto device = hardware::resolve_gpu(options.gpu);
  if (!device) return propagate(device.error());
  session::MicroRequest request{{"/bin/sh", "-c", options.gpu_command}, "gpu", Seconds{options.seconds}};
  auto micro = session::measure_micro(request, sensors::real_environment());
  if (!micro) return propagate(micro.error());
  return Measured{std::move(*device), std::move(*micro)};
}

/// The user's own runs, from a table and from the store; what has no source of its own is of this machine.
Result<session::FitData> read_runs(const Options& options) {
  if (options.runs.table.empty() && !options.runs.store) return session::FitData{};
  auto data = session::gather_fit_data(options.runs);
  if (!data) return data;
  for (auto& sample : data->samples)
    if (sample.source.empty() || sample.source == session::own_source) sample.source = options.source;
  return data;
}

std::string rate_of(const session::MicroResult& result) {
  const auto unit = session::unit_of_micro(result.kind);
  if (unit.empty()) return "-";
  return fmt::format("{:.1f} G{}/s", result.amount / result.duration.value() * 1e-9, unit);
}

std::string or_dash(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", *value) : "-";
}

/// How far the runs are followed, and why.
std::string_view explained(const session::CalibrationErrors& errors) {
  if (errors.configurations < session::least_configurations)
    return "for their own workloads: too few to tell what they say of others";
  switch (errors.followed) {
    case Followed::own_workloads:
      return "for their own workloads: what they say of others is not dependable";
    case Followed::in_part:
      return "in part for other workloads too: that predicts those left out best";
    case Followed::fully:
      return "fully: that predicts those left out best";
    case Followed::not_at_all:
      break;
  }
  return "not at all: those left out are better predicted without the others";
}

void print(const std::vector<Measured>& devices, const session::CalibrationErrors& errors,
           const Options& options) {
  for (const auto& [device, micro] : devices) {
    fmt::print("{}\n", device.name);
    for (const auto& result : micro)
      fmt::print("  {:<12} {:>16} {:>10} ({})\n", result.kind, rate_of(result), to_text(result.power),
                 name_of(result.provenance));
  }
  if (!errors.micro_followed)
    fmt::print("Not followed in the micro-workloads: your runs are better predicted without them.\n");
  if (errors.configurations > 0) {
    fmt::print(
        "Median error on {} configurations of your own, percent (after: each predicted without itself):\n",
        errors.configurations);
    for (const auto target : estimate::all_targets)
      fmt::print("  {:<13} before {:>6}   after {:>6}\n", name_of(target),
                 or_dash(errors.before[static_cast<std::size_t>(target)]),
                 or_dash(errors.after[static_cast<std::size_t>(target)]));
    fmt::print("Your runs are followed {}.\n", explained(errors));
  }
  fmt::print("Written to {}. Use it with: joulecast predict --fitted {}{} …\n", options.output,
             options.output, errors.followed == Followed::not_at_all ? "" : " --like " + options.source);
}

nlohmann::ordered_json json_of(const std::vector<Measured>& devices,
                               const session::CalibrationErrors& errors) {
  nlohmann::ordered_json json;
  const auto or_null = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  json["devices"] = nlohmann::ordered_json::array();
  for (const auto& [device, micro] : devices) {
    nlohmann::ordered_json entry{{"name", device.name}};
    for (const auto& result : micro)
      entry["workloads"].push_back(
          {{"name", result.kind},
           {"amount", result.amount},
           {"unit", session::unit_of_micro(result.kind)},
           {"duration_s", result.duration.value()},
           {"power_w", result.power.value() > 0 ? nlohmann::ordered_json(result.power.value())
                                                : nlohmann::ordered_json(nullptr)},
           {"provenance", name_of(result.provenance)}});
    json["devices"].push_back(std::move(entry));
  }
  json["configurations"] = errors.configurations;
  json["micro_followed"] = errors.micro_followed;
  json["runs_followed"] = name_of(errors.followed);
  for (const auto target : estimate::all_targets) {
    json["before"][std::string(name_of(target))] = or_null(errors.before[static_cast<std::size_t>(target)]);
    json["after"][std::string(name_of(target))] = or_null(errors.after[static_cast<std::size_t>(target)]);
  }
  return json;
}

/// The keys that `--gpu FILE` of predict reads.
Status write_device(const hardware::Gpu& device, const std::string& file) {
  const nlohmann::ordered_json json{{"name", device.name},
                                    {"tdp_w", device.power_limit.value()},
                                    {"memory_gb", device.memory_gb},
                                    {"memory_bandwidth_gb_s", device.bandwidth_gb_s},
                                    {"fp32_tflops", device.fp32_tflops}};
  return write_file(file, json.dump(2) + "\n");
}

Result<std::vector<Measured>> measure_all(const Options& options) {
  std::vector<Measured> devices;
  if (options.gpu.empty() != options.gpu_command.empty())
    return fail(ErrorKind::invalid, "--gpu-command", "goes with --gpu, and --gpu with it");
  auto cpu = measure_cpu(options);
  if (!cpu) return propagate(cpu.error());
  devices.push_back(std::move(*cpu));
  if (options.gpu.empty()) return devices;
  auto gpu = measure_gpu(options);
  if (!gpu) return propagate(gpu.error());
  devices.push_back(std::move(*gpu));
  return devices;
}

int calibrate(const Options& options) {
  if (!options.workload.empty()) return run_workload(options);
  const auto file =
      options.fitted.empty() ? estimate::default_model_path() : std::filesystem::path(options.fitted);
  auto model = estimate::read_model(file);
  if (!model) return report_error(model.error());
  const auto runs = read_runs(options);  // before the minute of measuring: bad input should not cost one
  if (!runs) return report_error(runs.error());
  if (!runs->left_out_text.empty()) fmt::print(stderr, "joulecast: {}\n", runs->left_out_text);
  if (const auto writable = can_write_file(options.output); !writable) return report_error(writable.error());
  if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  const auto devices = measure_all(options);
  if (!devices) return report_error(devices.error());
  std::vector<estimate::Sample> micro;
  for (const auto& [device, results] : *devices)
    for (const auto& result : results)
      micro.push_back(session::micro_sample(result, device, options.source, options.framework));
  const auto errors = session::update_model(*model, micro, runs->samples);
  if (!errors) return report_error(errors.error());
  if (auto written = estimate::write_model(*model, options.output); !written)
    return report_error(written.error());
  if (!options.device_file.empty())
    if (auto written = write_device(devices->front().device, options.device_file); !written)
      return report_error(written.error());
  return answer(
      options.json, [&] { print(*devices, *errors, options); }, [&] { return json_of(*devices, *errors); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("--seconds", options->seconds, "Of each of the six micro-workloads")
      .show_default()
      .between(0.05, 600.0);
  app.add_option("--gpu", options->gpu, "Calibrate this GPU as well, with --gpu-command");
  app.add_option(
      "--gpu-command", options->gpu_command,
      "Command that runs {workload} (idle, copy, matmul, …) for {seconds} on the GPU and writes the FLOPs or "
      "bytes done (and the seconds) into the file {output}");
  app.add_option("--runs", options->runs.table, "Workload table of a few short runs on this machine");
  const auto store = add_learning_store_option(app, options->store);
  app.add_option("--gpu-file", options->runs.devices,
                 "JSON description of a GPU or processor of the runs that the catalogue lacks (--device)");
  app.add_option("--fitted", options->fitted,
                 "Model file to start from (default: the one that comes with joulecast)");
  app.add_option("--output,-o", options->output, "Model file to write").show_default();
  app.add_option("--device", options->device_file, "Write the processor as a device for predict --gpu FILE");
  app.add_option("--source", options->source, "What this machine's rows are called, for predict --like")
      .show_default();
  app.add_option("--framework", options->framework, "Framework of your runs").show_default();
  app.add_option("--json", options->json, "Write the figures to this file ('-' = standard output)");
  app.add_option("--workload", options->workload).hidden();
  app.add_option("--workload-output", options->workload_output).hidden();
  return [options, store] {
    if (store.count() > 0) options->runs.store = options->store;
    return calibrate(*options);
  };
}

}  // namespace

extern const Command calibrate_command{"calibrate", "Fit the predictions to this machine", "Predict", define};

}  // namespace joulecast::cli
