#include "trace/join_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "trace/absence.hpp"
#include "trace/machine_times.hpp"
#include "trace/missing_nodes.hpp"
#include "trace/node_progress.hpp"
#include "trace/shift.hpp"

namespace joulecast::trace {
namespace {

/// Clocks that are kept by NTP differ by less; and a start that is so much later is that of a slower node.
constexpr Seconds told_lead{1};
constexpr Seconds told_lateness{10};

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// "4 min ahead of", "12 s behind".
std::string lead_text(Seconds lead) {
  const auto size = to_text(Seconds{std::abs(lead.value())});
  return lead > Seconds{0} ? size + " ahead of" : size + " behind";
}

/// Several nodes have a "gpu0_energy": the name gets the node's, and whatever names it.
void name_channels(Run& run, const std::string& node) {
  for (auto& trace : run.traces) {
    auto& channel = trace.channel;
    if (!channel.node.empty()) continue;
    channel.node = node;
    channel.name = node + "/" + channel.name;
    if (!channel.contained_in.empty()) channel.contained_in = node + "/" + channel.contained_in;
  }
}

/// By the wall clocks. What lay between two segments is left out of the axis of `joined`, and nodes of one
/// job begin together: the nearest beginning is that of the run's segment.
Seconds shift_by_clock(const Run& joined, const Run& run) {
  auto by = *run.started - *joined.started;
  auto nearest = by.value();
  for (const auto& segment : joined.info.segments) {
    if (!segment.started) continue;
    const auto after = *run.started - *segment.started;
    if (std::abs(after.value()) >= std::abs(nearest)) continue;
    nearest = after.value();
    by = segment.span.begin + after;
  }
  return by;
}

/// The segments of the first node in which this one was a part of the training; all of it where it has none.
Span expected_span(const Run& joined, const Run& run) {
  std::optional<Span> expected;
  for (const auto& segment : joined.info.segments) {
    if (!ran_in(segment, run)) continue;
    if (!expected) expected = segment.span;
    expected->end = &segment == &joined.info.segments.back() ? joined.span.end : segment.span.end;
  }
  return expected.value_or(joined.span);
}

/// Where `run` stands on the axis of `joined`, with what is to be told of it.
void align(const Run& joined, Run& run, const std::string& node, std::vector<std::string>& notes) {
  const auto reference = node_of(joined);
  if (!joined.started || !run.started) {
    notes.push_back(fmt::format("{}: no wall clock, so it is taken to have begun with {}", node, reference));
    return;
  }
  auto by = shift_by_clock(joined, run);
  auto lead = clock_lead(joined, run);
  if (lead) *lead = *lead + by - (*run.started - *joined.started);
  if (lead) by = by - *lead;
  if (lead && (*lead > told_lead || *lead < Seconds{0} - told_lead))
    notes.push_back(fmt::format("{}'s clock is {} {}'s: its epochs end by that much {}, which is corrected",
                                node, lead_text(*lead), reference, *lead > Seconds{0} ? "later" : "earlier"));
  const auto placed = shifted(run.span, by);
  if (!lead && (placed.begin > joined.span.end || placed.end < joined.span.begin)) {
    notes.push_back(
        fmt::format("{}'s clock is about {} {}'s: by the clocks the two never ran at once, so they "
                    "are taken to have begun together",
                    node, lead_text(by), reference));
    by = joined.span.begin - run.span.begin;
  }
  shift(run, by);
  const auto expected = expected_span(joined, run);
  const auto late = run.span.begin - expected.begin;
  if (late > told_lateness)
    notes.push_back(fmt::format("{} joined {} after {}", node, to_text(late), reference));
  const auto early = expected.end - run.span.end;
  if (early > told_lateness && run.status != RunStatus::finished)
    notes.push_back(
        fmt::format("{} was last heard of {} before the end ({}): what it used after that is not known", node,
                    to_text(early), name_of(run.status)));
}

/// What is known beyond one node.
struct Joining {
  MachineTimes times;
  Seconds progress_end{0};  ///< when the node that gives the progress was last heard of
};

/// The training failed if it failed on one node, and runs as long as it runs on one.
void take_status(Run& joined, const Run& run) {
  if (joined.status == RunStatus::running) return;
  if (run.status == RunStatus::finished) return;
  if (joined.status != RunStatus::finished && run.status != RunStatus::running) return;
  joined.status = run.status;
  joined.exit_status = run.exit_status;
}

void add_node(Run& joined, Run run, Joining& joining) {
  const auto node = node_of(run);
  std::vector<std::string> notes;
  add_absences(run);
  const auto before = run.span.begin;
  align(joined, run, node, notes);
  add_absences(run, joined.info.segments);
  name_channels(run, node);
  joining.times.add(run, run.span.begin - before, notes);
  append(joined.traces, std::move(run.traces));
  if (takes_progress(joined, joining.progress_end, run)) {
    take_progress(joined, joining.progress_end, run);
    joining.progress_end = run.span.end;
  }
  // What became of a node that has no part in the last segment says nothing of the training's end.
  const auto& segments = joined.info.segments;
  if (segments.empty() || ran_in(segments.back(), run)) take_status(joined, run);
  joined.span = {std::min(joined.span.begin, run.span.begin), std::max(joined.span.end, run.span.end)};
  append(joined.host.gpus, std::move(run.host.gpus));
  joined.sampler_cpu += run.sampler_cpu;
  if (joined.idle_baseline && run.idle_baseline)
    *joined.idle_baseline += *run.idle_baseline;
  else
    joined.idle_baseline.reset();
  auto& gpus = joined.info.training.gpu_count;
  if (gpus && run.info.training.gpu_count) *gpus += *run.info.training.gpu_count;
  for (const auto& [name, value] : run.tags) joined.tags.emplace(name, value);
  for (auto& sensor : run.sensors) {
    sensor.sensor = node + "/" + sensor.sensor;
    joined.sensors.push_back(std::move(sensor));
  }
  for (const auto& note : run.notes) notes.push_back(node + ": " + note);
  append(joined.notes, std::move(notes));
}

/// A bundle of several nodes is a joined run already.
bool is_joined(const Run& run) {
  return std::ranges::any_of(run.traces, [](const Trace& trace) { return !trace.channel.node.empty(); });
}

}  // namespace

std::string node_of(const Run& run) {
  return run.info.job.node.empty() ? run.host.hostname : run.info.job.node;
}

void name_node(Run& run) {
  const auto node = node_of(run);
  name_channels(run, node);
  for (auto& sensor : run.sensors) sensor.sensor = node + "/" + sensor.sensor;
  for (auto& note : run.notes) note = node + ": " + note;
}

std::optional<Seconds> clock_lead(const Run& reference, const Run& run) {
  if (!reference.started || !run.started) return std::nullopt;
  std::map<std::pair<std::size_t, int>, Seconds> ends;
  for (const auto& epoch : reference.epochs) ends[{epoch.phase, epoch.index}] = epoch.span.end;
  std::vector<double> leads;
  for (const auto& epoch : run.epochs) {
    const auto found = ends.find({epoch.phase, epoch.index});
    if (found == ends.end()) continue;
    leads.push_back((*run.started - *reference.started + (epoch.span.end - found->second)).value());
  }
  if (leads.empty()) return std::nullopt;
  const auto middle = leads.begin() + static_cast<std::ptrdiff_t>(leads.size() / 2);
  std::ranges::nth_element(leads, middle);
  return Seconds{*middle};
}

Run join_nodes(std::vector<Run> runs) {
  const auto expected = expected_nodes(runs.front().info.job);
  if (runs.size() == 1 && (expected <= 1 || is_joined(runs.front()))) return std::move(runs.front());
  const auto names = node_names(runs, expected);
  KnownNodes known{runs.front().info.job, {}, static_cast<int>(runs.size())};
  for (auto& run : runs) {
    add_ranks_of(run, known);
    forget_missing_nodes(run);
  }
  auto joined = std::move(runs.front());
  Joining joining{{}, joined.span.end};
  add_absences(joined);
  name_node(joined);
  joining.times.add(joined, Seconds{0}, joined.notes);
  joined.info.training.nodes = static_cast<int>(runs.size());
  for (std::size_t i = 1; i < runs.size(); ++i) add_node(joined, std::move(runs[i]), joining);
  joined.info.segments.clear();  // each node has its own; the notes tell how they followed each other
  miss_nodes(joined, known, names);
  return joined;
}

}  // namespace joulecast::trace
