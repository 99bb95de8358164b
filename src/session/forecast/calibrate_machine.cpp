#include "session/forecast/calibrate_machine.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/files.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::session {
namespace {

std::string cpu_name() {
  const auto processor = sensors::read_processor(sensors::real_environment());
  return processor && !processor->model_name.empty() ? processor->model_name : "CPU";
}

double memory_gb() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) * 1e-9;
}

Result<MeasuredDevice> measure_cpu(const CalibrationRequest& request) {
  auto micro = measure_micro({request.cpu_command, "cpu", request.each}, request.measure);
  if (!micro) return propagate(micro.error());
  const auto name = cpu_name();
  std::optional<Watts> limit;
  if (const auto cpu = hardware::find_cpu(name)) limit = cpu->tdp;
  auto device = device_from(*micro, name, limit, memory_gb());
  if (!device) return propagate(device.error());
  return MeasuredDevice{std::move(*device), std::move(*micro)};
}

Result<MeasuredDevice> measure_gpu(const CalibrationRequest& request) {
  auto device = hardware::resolve_gpu(request.gpu);
  if (!device) return propagate(device.error());
  auto micro = measure_micro({{"/bin/sh", "-c", request.gpu_command}, "gpu", request.each}, request.measure);
  if (!micro) return propagate(micro.error());
  return MeasuredDevice{std::move(*device), std::move(*micro)};
}

Result<std::vector<MeasuredDevice>> measure_all(const CalibrationRequest& request) {
  if (request.gpu.empty() != request.gpu_command.empty())
    return fail_field("gpu_command", "goes with --gpu, and --gpu with it");
  std::vector<MeasuredDevice> devices;
  auto cpu = measure_cpu(request);
  if (!cpu) return propagate(cpu.error());
  devices.push_back(std::move(*cpu));
  if (request.gpu.empty()) return devices;
  auto gpu = measure_gpu(request);
  if (!gpu) return propagate(gpu.error());
  devices.push_back(std::move(*gpu));
  return devices;
}

/// The user's own runs, from a table and from the store. A run without a source of its own counts as from
/// this machine.
Result<FitData> read_runs(const CalibrationRequest& request) {
  if (request.runs.tables.empty() && !request.runs.store) return FitData{};
  auto data = gather_fit_data(request.runs);
  if (!data) return data;
  for (auto& sample : data->samples)
    if (sample.source.empty() || sample.source == own_source) sample.source = request.source;
  return data;
}

/// How busy the CPUs were while nothing should have run, if they were not idle.
std::optional<double> not_idle(const std::vector<MeasuredDevice>& devices) {
  for (const auto& result : devices.front().micro)  // a GPU's own command may need the processor
    if (result.kind == idle_kind && result.utilisation.value_or(0) > sensors::busiest_idle)
      return result.utilisation;
  return std::nullopt;
}

std::vector<estimate::Sample> micro_samples(const std::vector<MeasuredDevice>& devices,
                                            const CalibrationRequest& request) {
  std::vector<estimate::Sample> samples;
  const bool idle = !not_idle(devices);
  for (const auto& [device, results] : devices)
    for (const auto& result : results)
      if (idle || result.kind != idle_kind)
        samples.push_back(micro_sample(result, device, request.source, request.framework));
  return samples;
}

/// Measures, then updates the model file that `result` names.
Result<CalibrationResult> measured_and_updated(const CalibrationRequest& request, estimate::ModelFile& model,
                                               const std::vector<estimate::Sample>& runs) {
  if (auto writable = can_write_file(request.output); !writable) return propagate(writable.error());
  CalibrationResult result;
  auto devices = measure_all(request);
  if (!devices) return propagate(devices.error());
  result.devices = std::move(*devices);
  result.busy = not_idle(result.devices);
  const auto errors = update_model(model, micro_samples(result.devices, request), runs);
  if (!errors) return propagate(errors.error());
  result.errors = *errors;
  return result;
}

}  // namespace

Result<CalibrationResult> calibrate_machine(const CalibrationRequest& request) {
  auto model = estimate::read_model(request.fitted.empty() ? estimate::default_model_path() : request.fitted);
  if (!model) return propagate(model.error());
  const auto runs = read_runs(request);
  if (!runs) return propagate(runs.error());
  auto result = measured_and_updated(request, *model, runs->samples);
  if (!result) return propagate(with_left_out(result.error(), *runs));
  result->output = request.output;
  result->source = request.source;
  result->left_out_text = runs->left_out_text;
  if (auto written = estimate::write_model(*model, request.output); !written)
    return propagate(written.error());
  if (!request.device_file.empty())
    if (auto written = hardware::write_gpu_file(result->devices.front().device, request.device_file);
        !written)
      return propagate(written.error());
  return result;
}

Result<hardware::Gpu> device_from(const std::vector<MicroResult>& results, const std::string& name,
                                  std::optional<Watts> limit, double memory_gb) {
  double flops = 0, bytes = 0, power = 0;
  for (const auto& result : results) {
    const double rate = result.amount / result.duration.value();
    if (unit_of_micro(result.kind) == "FLOP") flops = std::max(flops, rate);
    if (unit_of_micro(result.kind) == "byte") bytes = std::max(bytes, rate);
    power = std::max(power, result.power.value());
  }
  if (flops <= 0 || bytes <= 0) return fail(ErrorKind::invalid, "calibrate", "no rate was measured");
  if (!limit && power <= 0)
    return fail(ErrorKind::unavailable, "calibrate", "neither a power nor a TDP is known");
  hardware::Gpu device;
  device.name = name;
  device.power_limit = limit.value_or(Watts{power});
  device.memory_gb = memory_gb;
  device.bandwidth_gb_s = bytes * 1e-9;
  device.fp32_tflops = flops * 1e-12;
  device.source = "measured by joulecast calibrate";
  return device;
}

}  // namespace joulecast::session
