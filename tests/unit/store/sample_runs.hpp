// Runs for the store's tests: two GPUs with counter and power, a CPU counter, a utilisation, epochs, gaps.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "trace/run.hpp"

namespace joulecast::store {

inline trace::Channel channel_of(const std::string& name, trace::Quantity quantity,
                                 trace::Behaviour behaviour, trace::Component component,
                                 const std::string& device, double resolution) {
  trace::Channel channel;
  channel.name = name;
  channel.sensor = "fake";
  channel.quantity = quantity;
  channel.behaviour = behaviour;
  channel.component = component;
  channel.device = device;
  channel.resolution = resolution;
  return channel;
}

inline std::vector<trace::Channel> sample_channels() {
  using enum trace::Quantity;
  using enum trace::Behaviour;
  using trace::Component;
  using enum trace::Component;
  auto package = channel_of("cpu0_package", energy, counter, Component::cpu, "0", 1e-6);
  package.wrap_range = 262'143'328'850;
  package.note = "powercap intel-rapl:0";
  auto core = channel_of("cpu0_core", energy, counter, Component::cpu, "0-core", 1e-6);
  core.contained_in = "cpu0_package";
  auto memory = channel_of("dram_model", power, gauge, dram, "", 1);
  memory.provenance = Provenance::modelled;
  memory.relative_uncertainty = 0.4;
  return {channel_of("gpu0_energy", energy, counter, gpu, "0", 1e-3),
          channel_of("gpu1_power", power, gauge, gpu, "1", 1e-3),
          package,
          core,
          memory,
          channel_of("gpu0_util", utilisation, gauge, gpu, "0", 0.01)};
}

/// Second i of the run, of channel `number`.
inline double sample_value(std::size_t number, int i) {
  switch (number) {
    case 0:
      return std::round(250'000.0 * i + 20'000 * std::sin(i)) / 1000;  // J
    case 1:
      return std::round(180'000 + 40'000 * std::sin(i * 0.7)) / 1000;  // W
    case 2:
      return std::round(65'000'000.0 * i) / 1e6;
    case 3:
      return std::round(40'000'000.0 * i) / 1e6;
    case 4:
      return 12 + 1.0 / (i + 1);
    default:
      return (i % 100) / 100.0;
  }
}

inline trace::Run sample_run(int seconds, int epoch_seconds = 60) {
  trace::Run run;
  run.info.id = "sample-1";
  run.info.name = "digits";
  run.info.training.gpu = "RTX 3090";
  run.info.training.gpu_count = 2;
  run.info.training.image_size = {224, 224, 3};
  run.info.quality = {{"accuracy", 0.91}};
  run.info.job.scheduler = "slurm";
  run.info.job.id = "4711";
  run.info.job.array_index = 0;
  run.info.job.node = "n7";
  run.info.job.rank = 0;
  run.info.job.world_size = 8;
  run.info.extra_json = R"({"note": {"any": [1, "thing"]}})";
  run.host.hostname = "box";
  run.host.cpu_model = "Ryzen";
  run.host.logical_cpus = 32;
  run.command = {"python", "train.py", "--name=\"x y\""};
  run.tags = {{"team", "vision"}};
  run.started = WallTime{1'767'225'600'000'000'000};  // 2026-01-01
  run.exit_status = 0;
  run.span = {Seconds{0}, Seconds{static_cast<double>(seconds)}};
  const auto channels = sample_channels();
  for (std::size_t n = 0; n < channels.size(); ++n) {
    trace::Trace trace;
    trace.channel = channels[n];
    for (int i = 0; i <= seconds; ++i) {
      if (n == 1 && i % 1000 >= 500 && i % 1000 < 520) continue;
      trace.times.push_back(i + 0.000125 * static_cast<double>(n));
      trace.values.push_back(sample_value(n, i));
    }
    if (n == 1)
      for (int i = 499; i + 21 <= seconds; i += 1000)
        trace.gaps.push_back({Seconds{i + 0.2}, Seconds{i + 20.9}});
    run.traces.push_back(std::move(trace));
  }
  for (int e = 0; (e + 1) * epoch_seconds <= seconds; ++e) {
    trace::Epoch epoch;
    epoch.index = e + 1;
    epoch.span = {Seconds{e * epoch_seconds + 0.37}, Seconds{(e + 1) * epoch_seconds + 0.37}};
    epoch.work = 1;
    epoch.metrics = {{"accuracy", 0.5 + 0.01 * e}};
    run.epochs.push_back(epoch);
    run.metrics.push_back({epoch.span.end, epoch.index, "accuracy", 0.5 + 0.01 * e});
  }
  const double half = seconds / 2.0;
  run.phases = {{"warm-up", "step", {Seconds{0.37}, Seconds{half}}, 500, 500, {}},
                {"train", "sample", {Seconds{half}, Seconds{static_cast<double>(seconds)}}, 1234.5, {}, {}}};
  run.progress.push_back({Seconds{1}, 0.25, 0});
  run.progress.push_back({Seconds{half - 1}, 500, 0});
  for (int i = 0; i <= 50; ++i) run.progress.push_back({Seconds{half + i * half / 50}, 24.69 * i, 1});
  for (auto& epoch : run.epochs) epoch.phase = epoch.span.begin.value() < half ? 0 : 1;
  run.windows = {{"evaluation", {Seconds{half - 1.5}, Seconds{half + 2.25}}},
                 {"checkpoint", {Seconds{half - 0.5}, Seconds{half}}}};
  run.projections.push_back({Seconds{30}, 0.25, "adaptive", Joules{5000}, Joules{4000}, Joules{6500}, true});
  run.projections.push_back(
      {Seconds{10}, 0.1, "first-epoch", Joules{5500}, std::nullopt, std::nullopt, false});
  run.sensors.push_back({"nvml", true, "", 100, 2, Seconds{0.001}, Seconds{0.02}});
  run.sensors.push_back({"powercap", false, "permission denied", 0, 0, Seconds{0}, Seconds{0}});
  run.notes = {"the clock was stepped by 3 s"};
  run.place = {"Spain", "aws eu-south-2", 174.5, 1.2};
  run.idle_baseline = Watts{55.5};
  run.sampler_cpu = Seconds{0.75};
  return run;
}

}  // namespace joulecast::store
