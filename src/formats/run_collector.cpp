#include "formats/run_collector.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::formats {

Status RunCollector::begin(const trace::Run& header) {
  runs_.push_back(header);
  return {};
}

Status RunCollector::channel(const trace::Channel& channel) {
  runs_.back().traces.emplace_back().channel = channel;
  return {};
}

Status RunCollector::append(std::size_t channel, std::span<const double> times,
                            std::span<const double> values) {
  auto& trace = runs_.back().traces[channel];
  trace.times.insert(trace.times.end(), times.begin(), times.end());
  trace.values.insert(trace.values.end(), values.begin(), values.end());
  return {};
}

Status RunCollector::gap(std::size_t channel, trace::Span span) {
  runs_.back().traces[channel].gaps.push_back(span);
  return {};
}

Status RunCollector::epoch(const trace::Epoch& epoch) {
  runs_.back().epochs.push_back(epoch);
  return {};
}

Status RunCollector::metric(const trace::MetricPoint& point) {
  runs_.back().metrics.push_back(point);
  return {};
}

Status RunCollector::end(const trace::Run& header) {
  auto& run = runs_.back();
  auto traces = std::move(run.traces);
  auto epochs = std::move(run.epochs);
  auto metrics = std::move(run.metrics);
  run = header;
  run.traces = std::move(traces);
  run.epochs = std::move(epochs);
  run.metrics = std::move(metrics);
  std::ranges::stable_sort(run.epochs, {}, [](const auto& epoch) { return epoch.span.begin; });
  return {};
}

Status replay(const trace::Run& run, RunSink& sink) {
  trace::Run header = run;
  header.traces.clear();
  header.epochs.clear();
  header.metrics.clear();
  if (auto ok = sink.begin(header); !ok) return ok;
  for (std::size_t i = 0; i < run.traces.size(); ++i) {
    const auto& trace = run.traces[i];
    if (auto ok = sink.channel(trace.channel); !ok) return ok;
    if (auto ok = sink.append(i, trace.times, trace.values); !ok) return ok;
    for (const auto& gap : trace.gaps)
      if (auto ok = sink.gap(i, gap); !ok) return ok;
  }
  for (const auto& epoch : run.epochs)
    if (auto ok = sink.epoch(epoch); !ok) return ok;
  for (const auto& point : run.metrics)
    if (auto ok = sink.metric(point); !ok) return ok;
  return sink.end(header);
}

}  // namespace joulecast::formats
