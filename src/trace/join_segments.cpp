#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "trace/handover.hpp"
#include "trace/integrate.hpp"
#include "trace/join_work.hpp"
#include "trace/run.hpp"
#include "trace/run_sink.hpp"
#include "trace/shift.hpp"

namespace joulecast::trace {
namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// The readings within the span, and at its ends the values on the line to those beyond.
Trace cut(const Trace& trace, Span span) {
  Trace part;
  part.channel = trace.channel;
  const auto put = [&](double time, double value) {
    if (!part.times.empty() && time <= part.times.back()) return;
    part.times.push_back(time);
    part.values.push_back(value);
  };
  if (const auto first = value_at(trace, span.begin)) put(span.begin.value(), *first);
  const auto from = std::ranges::lower_bound(trace.times, span.begin.value());
  for (auto at = from; at != trace.times.end() && *at <= span.end.value(); ++at)
    put(*at, trace.values[static_cast<std::size_t>(at - trace.times.begin())]);
  if (const auto last = value_at(trace, span.end)) put(span.end.value(), *last);
  for (const auto& gap : trace.gaps)
    if (const auto inside = intersect(gap, span); inside.length() > Seconds{0}) part.gaps.push_back(inside);
  return part;
}

/// Whether the trace has readings of this segment; what lies between those of others is none. A device that
/// was never read is missing in all of them, and a node in the job that it is missing in (missing_nodes.hpp).
bool has_part_in(const Trace& trace, Span span) {
  if (trace.empty())
    return trace.gaps.empty() || std::ranges::any_of(trace.gaps, [&](Span gap) {
             return intersect(gap, span).length() > Seconds{0};
           });
  constexpr Seconds rounding = between_segments * 0.5;  // a store rounds the times of readings
  const auto first = std::ranges::lower_bound(trace.times, (span.begin - rounding).value());
  return first != trace.times.end() && *first <= (span.end + rounding).value();
}

/// A gap that leads from one segment into another belongs to none of them: as for a run alone, nothing is
/// known before its first and after its last reading.
Span within_gaps(const Trace& trace, Span span) {
  for (const auto& gap : trace.gaps) {
    if (gap.begin < span.begin && gap.end > span.begin) span.begin = std::min(gap.end, span.end);
    if (gap.begin < span.end && gap.end > span.end) span.end = std::max(gap.begin, span.begin);
  }
  return span;
}

bool is_same_device(const Channel& a, const Channel& b) {
  return a.quantity == b.quantity && a.behaviour == b.behaviour && a.component == b.component &&
         a.device == b.device && a.device_name == b.device_name && a.provenance == b.provenance &&
         a.contained_in == b.contained_in;
}

/// Goes on with the same channel of an earlier segment. A counter goes on from where it stood.
void extend(Trace& trace, const Trace& more) {
  if (more.empty()) return append(trace.gaps, std::vector(more.gaps));
  if (!trace.empty()) {
    const bool counts = trace.channel.behaviour == Behaviour::counter;
    const double base = counts ? trace.values.back() - more.values.front() : 0;
    trace.gaps.push_back({Seconds{trace.times.back()}, Seconds{more.times.front()}});
    for (std::size_t i = 0; i < more.size(); ++i) {
      trace.times.push_back(more.times[i]);
      trace.values.push_back(base + more.values[i]);
    }
  } else {
    trace.times = more.times;
    trace.values = more.values;
  }
  for (const auto& gap : more.gaps) {
    auto& gaps = trace.gaps;
    if (!gaps.empty() && gap.begin <= gaps.back().end)
      gaps.back().end = std::max(gaps.back().end, gap.end);
    else
      gaps.push_back(gap);
  }
}

/// Adds the channels of one segment. Where another device had the name before, the channel and whatever names
/// it get the segment's number.
void join_traces(Run& joined, const std::vector<Trace>& traces, std::size_t number) {
  std::map<std::pair<std::string, std::string>, std::size_t> known;  // of node and name
  for (std::size_t i = 0; i < joined.traces.size(); ++i)
    known[{joined.traces[i].channel.node, joined.traces[i].channel.name}] = i;
  std::set<std::pair<std::string, std::string>> renamed;
  for (const auto& trace : traces) {
    const auto found = known.find({trace.channel.node, trace.channel.name});
    if (found != known.end() && !is_same_device(joined.traces[found->second].channel, trace.channel))
      renamed.insert(found->first);
  }
  const auto number_name = [&](const std::string& node, std::string& name) {
    if (renamed.contains({node, name})) name += fmt::format("@{}", number);
  };
  for (auto trace : traces) {
    auto& channel = trace.channel;
    const auto found = known.find({channel.node, channel.name});
    if (found != known.end() && !renamed.contains(found->first)) {
      extend(joined.traces[found->second], trace);
      continue;
    }
    number_name(channel.node, channel.name);
    number_name(channel.node, channel.contained_in);
    joined.traces.push_back(std::move(trace));
  }
}

/// Cuts the run to its span and moves it to where it stands on the common axis.
void place_at(Run& run, Seconds begin) {
  for (auto& trace : run.traces) trace = cut(trace, run.span);
  shift(run, begin - run.span.begin);
}

Segment segment_for(const Run& run) {
  return {run.info.id,     run.span,          run.started,   run.status,
          run.exit_status, run.host.hostname, run.host.gpus, {}};
}

void tell_changes(Run& joined, const Segment& before, const Segment& now, std::size_t number) {
  if (before.hostname != now.hostname && !before.hostname.empty() && !now.hostname.empty())
    joined.notes.push_back(
        fmt::format("segment {} ran on {}, the one before on {}", number, now.hostname, before.hostname));
  if (before.gpus != now.gpus)
    joined.notes.push_back(
        fmt::format("segment {} used other GPUs than the one before: {}", number,
                    now.gpus.empty() ? "none" : fmt::format("{}", fmt::join(now.gpus, ", "))));
  if (!before.started || !now.started) return;
  const auto overlap = before.span.length() - (*now.started - *before.started);
  if (overlap > Seconds{1})
    joined.notes.push_back(
        fmt::format("by the clock, segment {} began {} before the one before it had ended: a clock was set, "
                    "or both ran at once",
                    number, to_text(overlap)));
}

void join_sensors(std::vector<SensorStatus>& known, const std::vector<SensorStatus>& more) {
  for (const auto& sensor : more) {
    const auto found = std::ranges::find(known, sensor.sensor, &SensorStatus::sensor);
    if (found == known.end()) {
      known.push_back(sensor);
      continue;
    }
    const auto readings = found->readings + sensor.readings;
    if (readings > 0)
      found->mean_latency = (found->mean_latency * static_cast<double>(found->readings) +
                             sensor.mean_latency * static_cast<double>(sensor.readings)) *
                            (1 / static_cast<double>(readings));
    found->readings = readings;
    found->failed_readings += sensor.failed_readings;
    found->max_latency = std::max(found->max_latency, sensor.max_latency);
    if (sensor.used || !found->used) found->reason = sensor.reason;
    found->used = found->used || sensor.used;
  }
}

/// What the whole training takes from its latest segment.
void take_header(Run& joined, Run& next) {
  joined.status = next.status;
  joined.exit_status = next.exit_status;
  joined.command = next.command;
  joined.info.job = next.info.job;
  joined.info.forecast_doubt = next.info.forecast_doubt;
  joined.info.epoch_bounds_recorded = joined.info.epoch_bounds_recorded && next.info.epoch_bounds_recorded;
  if (!next.info.training.gpu.empty()) {
    joined.info.training.gpu = next.info.training.gpu;
    joined.info.training.gpu_count = next.info.training.gpu_count;
  }
  for (auto& [name, value] : next.info.quality) joined.info.quality[name] = value;
  for (auto& [name, value] : next.tags) joined.tags[name] = value;
  if (!joined.place.known()) joined.place = next.place;
  // The idle power of one machine says nothing of another.
  if (joined.host.hostname != next.host.hostname) joined.idle_baseline.reset();
  joined.host = next.host;
  joined.sampler_cpu += next.sampler_cpu;
}

bool is_handover(const Run& joined, const Run& next) {
  const auto& before = joined.info.segments.back();
  return before.hostname == next.host.hostname && before.started && next.started &&
         is_handover(joined.info.job, next.info.job, *next.started - *before.started - before.span.length());
}

void add_segment(Run& joined, Run next) {
  const auto seam = is_handover(joined, next) ? Seam::handover : Seam::restart;
  const auto number = joined.info.segments.size() + 1;
  place_at(next, joined.span.end + between_segments);
  const auto segment = segment_for(next);
  tell_changes(joined, joined.info.segments.back(), segment, number);
  join_work(joined, next, seam);
  joined.info.segments.push_back(segment);
  joined.span.end = next.span.end;
  join_traces(joined, next.traces, number);
  append(joined.windows, std::move(next.windows));
  append(joined.metrics, std::move(next.metrics));
  append(joined.projections, std::move(next.projections));
  for (const auto& note : next.notes) joined.notes.push_back(fmt::format("segment {}: {}", number, note));
  join_sensors(joined.sensors, next.sensors);
  take_header(joined, next);
}

bool are_of_one_host(const std::vector<Run>& runs) {
  return std::ranges::all_of(runs,
                             [&](const Run& run) { return run.host.hostname == runs.front().host.hostname; });
}

/// On several machines the device "0" is another one on each. A run of several nodes has their names already.
void name_nodes(Run& run) {
  if (std::ranges::any_of(run.traces, [](const Trace& trace) { return !trace.channel.node.empty(); })) return;
  for (auto& trace : run.traces) trace.channel.node = run.host.hostname;
}

}  // namespace

Run join_segments(std::vector<Run> segments) {
  if (segments.size() == 1) return std::move(segments.front());
  if (!are_of_one_host(segments))
    for (auto& segment : segments) name_nodes(segment);
  auto joined = std::move(segments.front());
  place_at(joined, joined.span.begin);
  joined.info.segments = {segment_for(joined)};
  joined.info.continues.clear();
  for (std::size_t i = 1; i < segments.size(); ++i) add_segment(joined, std::move(segments[i]));
  std::ranges::stable_sort(joined.windows, {}, [](const Window& window) { return window.span.begin; });
  return joined;
}

bool is_handover(const Job& before, const Job& next, Seconds between) {
  constexpr Seconds longest_change{5};
  return before.local_rank && next.local_rank && before.local_rank != next.local_rank &&
         key_of(before) == key_of(next) && before.restarts == next.restarts && between < longest_change;
}

Run segment_of(const Run& run, const Segment& segment) {
  auto part = header_of(run);
  part.info.segments.clear();
  part.span = segment.span;
  for (const auto& trace : run.traces)
    if (has_part_in(trace, segment.span)) part.traces.push_back(cut(trace, within_gaps(trace, segment.span)));
  for (const auto& epoch : run.epochs)
    if (intersect(epoch.span, segment.span).length() > Seconds{0}) part.epochs.push_back(epoch);
  return part;
}

std::optional<Seconds> wall_clock_of(const std::vector<Segment>& segments) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i].started) return std::nullopt;
    if (i > 0 && *segments[i].started - *segments[i - 1].started < segments[i - 1].span.length() - Seconds{1})
      return std::nullopt;
  }
  if (segments.empty()) return std::nullopt;
  return *segments.back().started - *segments.front().started + segments.back().span.length();
}

}  // namespace joulecast::trace
