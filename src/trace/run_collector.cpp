#include "trace/run_collector.hpp"

#include <algorithm>
#include <utility>

#include "trace/phases.hpp"

namespace joulecast::trace {
namespace {

template <class Part>
void put(std::vector<Part>& parts, std::size_t place, const Part& part) {
  if (place >= parts.size()) parts.resize(place + 1);
  parts[place] = part;
}

}  // namespace

void RunCollector::begin(const Run& header) {
  runs_.push_back(header);
  told_notes_.clear();
}

void RunCollector::channel(const Channel& channel) {
  runs_.back().traces.emplace_back().channel = channel;
}

void RunCollector::append(std::size_t channel, std::span<const double> times,
                          std::span<const double> values) {
  auto& trace = runs_.back().traces[channel];
  trace.times.insert(trace.times.end(), times.begin(), times.end());
  trace.values.insert(trace.values.end(), values.begin(), values.end());
}

void RunCollector::gap(std::size_t channel, Span span) {
  runs_.back().traces[channel].gaps.push_back(span);
}

void RunCollector::epoch(std::size_t place, const Epoch& epoch) {
  put(runs_.back().epochs, place, epoch);
}

void RunCollector::metric(const MetricPoint& point) {
  runs_.back().metrics.push_back(point);
}

void RunCollector::phase(std::size_t place, const Phase& phase) {
  put(runs_.back().phases, place, phase);
}

void RunCollector::progress(const ProgressPoint& point) {
  runs_.back().progress.push_back(point);
}

void RunCollector::window(std::size_t place, const Window& window) {
  put(runs_.back().windows, place, window);
}

void RunCollector::projection(const Projection& projection) {
  runs_.back().projections.push_back(projection);
}

void RunCollector::note(const std::string& text) {
  told_notes_.push_back(text);
}

void RunCollector::describe(const Run& header) {
  auto& run = runs_.back();
  auto parts = std::exchange(run, header_of(header));
  run.traces = std::move(parts.traces);
  run.epochs = std::move(parts.epochs);
  run.phases = std::move(parts.phases);
  run.progress = std::move(parts.progress);
  run.windows = std::move(parts.windows);
  run.metrics = std::move(parts.metrics);
  run.projections = std::move(parts.projections);
}

Status RunCollector::end(const Run& header) {
  describe(header);
  auto& run = runs_.back();
  run.notes.insert(run.notes.end(), told_notes_.begin(), told_notes_.end());
  for (auto& trace : run.traces)
    std::ranges::stable_sort(trace.gaps, {}, [](const Span& gap) { return gap.begin; });
  const auto begin_of = [](const auto& part) { return part.span.begin; };
  std::ranges::stable_sort(run.epochs, {}, begin_of);
  std::ranges::stable_sort(run.windows, {}, begin_of);
  withdraw_projections(run);
  return {};
}

}  // namespace joulecast::trace
