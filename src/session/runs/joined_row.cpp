#include "session/runs/joined_row.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::session {
namespace {

using store::RunRow;

/// Of two nodes, by the energies that they are of; the time that is not counted is that of the worse one.
void add_coverage(RunRow& training, const RunRow& node) {
  const auto energy = [](const RunRow& row) { return row.energy.value_or(Joules{0}).value(); };
  const double both = energy(training) + energy(node);
  if (training.coverage && node.coverage && both > 0)
    training.coverage = (*training.coverage * energy(training) + *node.coverage * energy(node)) / both;
  else if (!training.coverage)
    training.coverage = node.coverage;
  if (node.not_measured)
    training.not_measured = std::max(training.not_measured.value_or(Seconds{0}), *node.not_measured);
}

}  // namespace

void add_segment(RunRow& training, RunRow segment) {
  const double before = training.energy.value_or(Joules{0}).value();
  const double now = segment.energy.value_or(Joules{0}).value();
  const auto unmeasured = [](const RunRow& row) {
    return row.energy ? row.not_measured.value_or(Seconds{0}) : row.duration;
  };
  const auto not_measured = unmeasured(training) + unmeasured(segment);
  if (training.coverage && segment.coverage && before + now > 0)
    training.coverage = (*training.coverage * before + *segment.coverage * now) / (before + now);
  else if (!training.coverage)
    training.coverage = segment.coverage;
  if (segment.energy)
    training.provenance =
        training.energy ? worst(training.provenance, segment.provenance) : segment.provenance;
  if (training.energy || segment.energy) training.energy = Joules{before + now};
  training.not_measured = not_measured > Seconds{0} ? std::optional(not_measured) : std::nullopt;
  training.duration += segment.duration;
  for (auto& name : segment.missing)
    if (std::ranges::find(training.missing, name) == training.missing.end())
      training.missing.push_back(std::move(name));
  training.status = segment.status;
  training.exit_status = segment.exit_status;
  training.command = std::move(segment.command);
  for (auto& [name, value] : segment.tags) training.tags[name] = std::move(value);
  if (training.architecture.empty()) training.architecture = std::move(segment.architecture);
  training.host = std::move(segment.host);
  training.epochs += segment.epochs;
  training.last_heard = segment.last_heard;
  if (segment.job.node_count.value_or(1) > training.job.node_count.value_or(1)) training.job = segment.job;
  ++training.segments;
}

void add_node(RunRow& training, const RunRow& node) {
  const auto begin = std::min(training.started.value_or(WallTime{}), node.started.value_or(WallTime{}));
  add_coverage(training, node);
  if (training.energy || node.energy)
    training.energy = training.energy.value_or(Joules{0}) + node.energy.value_or(Joules{0});
  if (node.energy)
    training.provenance = training.energy ? worst(training.provenance, node.provenance) : node.provenance;
  if (training.segments > 1 || node.segments > 1) {  // what lay between the segments is not in it
    training.duration = std::max(training.duration, node.duration);
  } else if (training.started && node.started) {
    const auto end = [&](const RunRow& row) { return (*row.started - begin) + row.duration; };
    training.duration = std::max(end(training), end(node));
    training.started = begin;
  }
  if (training.status == trace::RunStatus::finished && node.status != trace::RunStatus::finished) {
    training.status = node.status;
    training.exit_status = node.exit_status;
  }
  for (const auto& name : node.missing)
    if (std::ranges::find(training.missing, name) == training.missing.end()) training.missing.push_back(name);
  training.epochs = std::max(training.epochs, node.epochs);
}

}  // namespace joulecast::session
