// A run whose figures can be computed by hand, for the tests of summaries and reports.
#pragma once

#include <cmath>
#include <filesystem>

#include "session/runs/run_summary.hpp"

namespace joulecast::session {

inline trace::Trace steady(const std::string& name, trace::Component component, const std::string& device,
                           double watts, double seconds) {
  trace::Trace trace;
  trace.channel.name = name;
  trace.channel.component = component;
  trace.channel.device = device;
  for (int i = 0; i <= static_cast<int>(seconds); ++i) {
    trace.times.push_back(i);
    trace.values.push_back(watts);
  }
  return trace;
}

/// 100 s: GPU 250 W measured, CPU 50 W modelled, memory unknown. By hand: 25 kJ, 5 kJ and 30 kJ in total.
inline trace::Run hundred_seconds() {
  trace::Run run;
  run.info.id = "20260101-000000-aaaa";
  run.info.name = "digits";
  run.info.training.gpu = "RTX 3090";
  run.exit_status = 0;
  run.started = WallTime{1'767'225'600'000'000'000};
  run.span = {Seconds{0}, Seconds{100}};
  run.command = {"python", "train.py", "--text", "a b\n\x1b[31m"};
  run.traces = {steady("gpu0_power", trace::Component::gpu, "0", 250, 100),
                steady("cpu_power", trace::Component::cpu, "", 50, 100)};
  run.traces[1].channel.provenance = Provenance::modelled;
  run.traces[1].channel.relative_uncertainty = 0.4;
  auto use = steady("gpu0_util", trace::Component::gpu, "0", 0.9, 100);
  use.channel.quantity = trace::Quantity::utilisation;
  run.traces.push_back(use);
  for (int e = 0; e < 2; ++e) {
    trace::Epoch epoch;
    epoch.index = e + 1;
    epoch.span = {Seconds{e * 50.0}, Seconds{(e + 1) * 50.0}};
    epoch.metrics = {{"accuracy", 0.5 + 0.25 * e}, {"loss", e == 0 ? std::nan("") : 0.125}};
    run.epochs.push_back(epoch);
  }
  run.projections = {{Seconds{50}, 0.5, "adaptive", Joules{33'000}, Joules{28'000}, Joules{36'000}, true},
                     {Seconds{10}, 0.1, "first-epoch", Joules{60'000}, std::nullopt, std::nullopt, false}};
  run.sensors = {{"nvml", true, "", 101, 1, Seconds{0.001}, Seconds{0.004}},
                 {"powercap", false, "not used: powercap", 0, 0, Seconds{0}, Seconds{0}}};
  run.notes = {"the clock was stepped by 3 s"};
  run.idle_baseline = Watts{80};
  run.sampler_cpu = Seconds{0.05};
  return run;
}

inline RunSummary summary_of(trace::Run run, const Place& place = {}) {
  return summarise(std::move(run), place,
                   carbon::IntensityTable::read(std::filesystem::path(JOULECAST_SOURCE) / "data/carbon"));
}

inline Place own_intensity() {
  Place request;
  request.intensity_g_per_kwh = 360;
  request.pue = 1.5;
  return request;
}

}  // namespace joulecast::session
