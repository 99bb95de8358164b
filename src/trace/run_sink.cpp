#include "trace/run_sink.hpp"

#include <algorithm>

namespace joulecast::trace {
namespace {

/// In this way channels that were read together reach the sink together, and a store can share their times.
constexpr std::size_t stretch_length = 2048;

void replay_readings(const std::vector<Trace>& traces, RunSink& sink) {
  std::size_t longest = 0;
  for (const auto& trace : traces) longest = std::max(longest, trace.size());
  for (std::size_t begin = 0; begin < longest && sink.status(); begin += stretch_length) {
    for (std::size_t i = 0; i < traces.size(); ++i) {
      if (begin >= traces[i].size()) continue;
      const auto length = std::min(stretch_length, traces[i].size() - begin);
      sink.append(i, std::span(traces[i].times).subspan(begin, length),
                  std::span(traces[i].values).subspan(begin, length));
    }
  }
}

}  // namespace

Run header_of(const Run& run) {
  Run header;
  header.info = run.info;
  header.host = run.host;
  header.status = run.status;
  header.exit_status = run.exit_status;
  header.command = run.command;
  header.tags = run.tags;
  header.started = run.started;
  header.span = run.span;
  header.sensors = run.sensors;
  header.notes = run.notes;
  header.place = run.place;
  header.idle_baseline = run.idle_baseline;
  header.sampler_cpu = run.sampler_cpu;
  return header;
}

Status replay(const Run& run, RunSink& sink) {
  const auto header = header_of(run);
  sink.begin(header);
  for (const auto& trace : run.traces) sink.channel(trace.channel);
  replay_readings(run.traces, sink);
  for (std::size_t i = 0; i < run.traces.size(); ++i)
    for (const auto& gap : run.traces[i].gaps) sink.gap(i, gap);
  for (std::size_t i = 0; i < run.epochs.size(); ++i) sink.epoch(i, run.epochs[i]);
  for (std::size_t i = 0; i < run.phases.size(); ++i) sink.phase(i, run.phases[i]);
  for (const auto& point : run.progress) sink.progress(point);
  for (std::size_t i = 0; i < run.windows.size(); ++i) sink.window(i, run.windows[i]);
  for (const auto& point : run.metrics) sink.metric(point);
  for (const auto& projection : run.projections) sink.projection(projection);
  return sink.end(header);
}

}  // namespace joulecast::trace
