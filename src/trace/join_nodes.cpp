#include "trace/join_nodes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "trace/absence.hpp"
#include "trace/machine_times.hpp"
#include "trace/node_list.hpp"
#include "trace/shift.hpp"

namespace joulecast::trace {
namespace {

/// Clocks that are kept by NTP differ by less; and a start that is so much later is that of a slower node.
constexpr Seconds told_lead{1};
constexpr Seconds told_lateness{10};

constexpr auto never_reported = "this node of the job never reported";
constexpr auto never_reported_before = "this node of an earlier job never reported";

/// Each node that is missing has a row. No job has so many, but a damaged file may say so.
int expected_nodes(const Job& job) {
  constexpr int most_nodes = 100'000;
  const int said = job.node_count.value_or(1);
  return said > most_nodes ? 1 : said;
}

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
    if (!channel.node.empty() || channel.note == never_reported_before) continue;
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

/// The progress is the same on all nodes: that of one is kept.
void take_progress(Run& joined, Run& run) {
  if (!joined.epochs.empty() || !joined.progress.empty()) return;
  joined.epochs = std::move(run.epochs);
  joined.phases = std::move(run.phases);
  joined.progress = std::move(run.progress);
  joined.windows = std::move(run.windows);
  joined.metrics = std::move(run.metrics);
  joined.projections.clear();
  joined.info.total_work = run.info.total_work;
  joined.info.work_unit = run.info.work_unit;
}

/// The training failed if it failed on one node, and runs as long as it runs on one.
void take_status(Run& joined, const Run& run) {
  if (joined.status == RunStatus::running) return;
  if (run.status == RunStatus::finished) return;
  if (joined.status != RunStatus::finished && run.status != RunStatus::running) return;
  joined.status = run.status;
  joined.exit_status = run.exit_status;
}

void add_node(Run& joined, Run run, MachineTimes& times) {
  const auto node = node_of(run);
  std::vector<std::string> notes;
  add_absences(run);
  const auto before = run.span.begin;
  align(joined, run, node, notes);
  add_absences(run, joined.info.segments);
  name_channels(run, node);
  times.add(run, run.span.begin - before, notes);
  append(joined.traces, std::move(run.traces));
  take_progress(joined, run);
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

/// "2 of the job's 4 nodes never reported": the names follow, where they are known.
std::string missing_beginning(int missing, int expected) {
  return fmt::format("{} of the job's {} nodes never reported", missing, expected);
}

std::string missing_text(const std::string& beginning, int missing, const std::vector<std::string>& names) {
  return fmt::format("{}{}: what {} used is not in the total", beginning,
                     names.empty() ? "" : fmt::format(" ({})", fmt::join(names, ", ")),
                     missing == 1 ? "it" : "they");
}

/// "2 of 4", or with the node's name "n3, 2 of 4".
std::string place_text(int rank, int expected) {
  return fmt::format("{} of {}", rank, expected);
}

std::string without_name(const std::string& place) {
  const auto comma = place.rfind(", ");
  return comma == place.npos ? place : place.substr(comma + 2);
}

std::vector<std::string> names_of(const Launch& launch) {
  auto names = expand_node_list(launch.node_list);
  if (std::ssize(names) != expected_nodes(launch.job)) names.clear();
  return names;
}

/// By the job's list, where it is one of as many nodes.
std::vector<std::string> node_names(const std::vector<Run>& runs, int expected) {
  for (const auto& run : runs) {
    const auto list = run.tags.find(node_list_tag);
    if (list == run.tags.end()) continue;
    auto names = expand_node_list(list->second);
    if (std::ssize(names) == expected) return names;
  }
  return {};
}

bool is_of_missing_node(const Trace& trace) {
  return trace.channel.provenance == Provenance::missing && trace.channel.note == never_reported;
}

/// A bundle is a joined run: of one node it says that the others are missing, which may be here now.
void forget_missing_nodes(Run& run) {
  std::erase_if(run.traces, is_of_missing_node);
  const auto expected = expected_nodes(run.info.job);
  std::erase_if(run.notes, [&](const std::string& note) {
    const auto missing = parse_int(std::string_view(note).substr(0, note.find(' '))).value_or(0);
    return missing > 0 && missing < expected &&
           note.starts_with(missing_beginning(static_cast<int>(missing), expected));
  });
}

/// The places in the job of the nodes that a run is of: several if it is a joined one.
std::set<int> ranks_of(const Run& run) {
  const int expected = expected_nodes(run.info.job);
  std::set<std::string> nodes;
  std::set<std::string> missing;
  for (const auto& trace : run.traces)
    if (is_of_missing_node(trace))
      missing.insert(without_name(trace.channel.device));
    else
      nodes.insert(trace.channel.node);
  std::set<int> ranks;
  if (run.info.job.node_rank) ranks.insert(*run.info.job.node_rank);
  if (nodes.size() < 2) return ranks;
  for (int rank = 0; rank < expected; ++rank)
    if (!missing.contains(place_text(rank, expected))) ranks.insert(rank);
  return ranks;
}

/// "job 4711, restart 1".
std::string job_text(const Job& job) {
  auto name = job.id.empty() ? std::string("an earlier launch") : "job " + job.id;
  if (job.restarts.value_or(0) > 0) name += fmt::format(", restart {}", *job.restarts);
  return name;
}

/// A row for a node of which the store has no run. Its name is "" where it is not known.
Trace row_of_missing(int rank, int expected, const std::string& name) {
  Trace trace;
  trace.channel.component = Component::node;
  trace.channel.quantity = Quantity::power;
  trace.channel.behaviour = Behaviour::gauge;
  trace.channel.provenance = Provenance::missing;
  trace.channel.device = (name.empty() ? "" : name + ", ") + place_text(rank, expected);
  trace.channel.name = fmt::format("node{}", rank);
  trace.channel.note = never_reported;
  return trace;
}

/// Nodes of which the store has no run: the total is to say that they are missing. What is said of an earlier
/// job names it.
void miss_nodes(Run& joined, const Launch& launch, const std::vector<std::string>& names, bool earlier) {
  const int missing = missing_nodes(launch);
  const int expected = expected_nodes(launch.job);
  if (missing <= 0) return;
  std::vector<std::string> named;
  int found = 0;
  for (int rank = 0; rank < expected && found < missing; ++rank) {
    if (launch.ranks.contains(rank)) continue;
    ++found;
    if (!names.empty()) named.push_back(names[static_cast<std::size_t>(rank)]);
    auto row = row_of_missing(rank, expected, names.empty() ? "" : named.back());
    if (earlier) {
      const auto job = job_text(launch.job);
      row.channel.device += " of " + job;
      row.channel.name += " of " + job;
      row.channel.note = never_reported_before;
    }
    joined.traces.push_back(std::move(row));
  }
  joined.notes.push_back(missing_text(earlier ? fmt::format("{} of the {} nodes of {} never reported",
                                                            missing, expected, job_text(launch.job))
                                              : missing_beginning(missing, expected),
                                      missing, named));
}

/// Whether a run is of several nodes already, as a bundle is: the launches say nothing of these.
bool has_joined(const std::vector<Run>& runs) {
  return std::ranges::any_of(runs, [](const Run& run) {
    const auto is_of_node = [](const Trace& trace) { return !trace.channel.node.empty(); };
    return run.info.segments.empty() && std::ranges::any_of(run.traces, is_of_node);
  });
}

}  // namespace

std::string node_of(const Run& run) {
  return run.info.job.node.empty() ? run.host.hostname : run.info.job.node;
}

int missing_nodes(const Launch& launch) {
  const auto known = std::max(launch.nodes, static_cast<int>(launch.ranks.size()));
  return std::max(0, expected_nodes(launch.job) - known);
}

int missing_nodes(const Run& joined) {
  return static_cast<int>(std::ranges::count_if(joined.traces, [](const Trace& trace) {
    return is_of_missing_node(trace) || trace.channel.note == never_reported_before;
  }));
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

Run join_nodes(std::vector<Run> runs, std::span<const Launch> launches) {
  if (launches.size() < 2 || has_joined(runs)) launches = {};
  const auto expected = expected_nodes(runs.front().info.job);
  if (runs.size() == 1 && expected <= 1 && launches.empty()) return std::move(runs.front());
  const auto names = node_names(runs, expected);
  Launch only{runs.front().info.job, {}, static_cast<int>(runs.size()), {}};
  for (auto& run : runs) {
    only.ranks.merge(ranks_of(run));
    forget_missing_nodes(run);
  }
  auto joined = std::move(runs.front());
  const auto node = node_of(joined);
  MachineTimes times;
  add_absences(joined);
  name_channels(joined, node);
  times.add(joined, Seconds{0}, joined.notes);
  for (auto& sensor : joined.sensors) sensor.sensor = node + "/" + sensor.sensor;
  for (auto& note : joined.notes) note = node + ": " + note;
  joined.info.training.nodes = static_cast<int>(runs.size());
  for (std::size_t i = 1; i < runs.size(); ++i) add_node(joined, std::move(runs[i]), times);
  joined.info.segments.clear();  // each node has its own; the notes tell how they followed each other
  if (launches.empty()) miss_nodes(joined, only, names, /*earlier=*/false);
  for (const auto& launch : launches)
    miss_nodes(joined, launch, names_of(launch), /*earlier=*/&launch != &launches.back());
  return joined;
}

}  // namespace joulecast::trace
