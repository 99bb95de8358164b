#include "trace/absence.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace joulecast::trace {
namespace {

bool gives_energy(const Channel& channel) {
  return (channel.quantity == Quantity::energy && channel.behaviour == Behaviour::counter) ||
         (channel.quantity == Quantity::power && channel.behaviour == Behaviour::gauge);
}

/// What is left of the gaps outside of the span.
std::vector<Span> without(const std::vector<Span>& gaps, Span span) {
  std::vector<Span> left;
  for (const auto& gap : gaps) {
    const Span before{gap.begin, std::min(gap.end, span.begin)};
    const Span after{std::max(gap.begin, span.end), gap.end};
    for (const auto& part : {before, after})
      if (part.length() > Seconds{0}) left.push_back(part);
  }
  return left;
}

/// In order, and those that meet as one.
std::vector<Span> joined(std::vector<Span> gaps) {
  std::ranges::sort(gaps, {}, &Span::begin);
  std::vector<Span> ones;
  for (const auto& gap : gaps)
    if (!ones.empty() && gap.begin <= ones.back().end)
      ones.back().end = std::max(ones.back().end, gap.end);
    else
      ones.push_back(gap);
  return ones;
}

/// Between two readings of an absence beside a gap, at most.
constexpr Seconds longest_edge{between_segments * 2};

/// Whether two readings that tell no energy stand between gaps, as those of an absence do.
bool stands_alone(const Trace& trace, std::size_t i) {
  const auto& [channel, times, values, gaps] = trace;
  const bool counts = channel.behaviour == Behaviour::counter;
  if (counts ? values[i] != values[i + 1] : values[i] != 0 || values[i + 1] != 0) return false;
  const auto is_edge = [&gaps = gaps](double time, Seconds Span::*edge) {
    const auto found = std::ranges::lower_bound(gaps, Seconds{time}, {}, edge);
    return found != gaps.end() && (*found).*edge == Seconds{time};
  };
  return (i == 0 || is_edge(times[i], &Span::end)) && !is_edge(times[i], &Span::begin) &&
         (i + 2 == times.size() || is_edge(times[i + 1], &Span::begin));
}

std::vector<Span> within(const std::vector<Span>& gaps, Span span) {
  std::vector<Span> inside;
  for (const auto& gap : gaps)
    if (const auto part = intersect(gap, span); part.length() > Seconds{0}) inside.push_back(part);
  return inside;
}

/// Nodes of one job neither begin nor end at the same moment: the span without the readings at its edges.
/// Nothing where they are not only there.
std::optional<Span> without_edges(const std::vector<double>& times, Span span) {
  constexpr double least_share = 0.8;
  Span longest{span.begin, span.begin};
  double begin = span.begin.value();
  const auto take = [&](double end) {
    if (end - begin > longest.length().value()) longest = {Seconds{begin}, Seconds{end}};
    begin = end;
  };
  for (auto at = std::ranges::lower_bound(times, span.begin.value());
       at != times.end() && *at < span.end.value(); ++at)
    take(*at);
  take(span.end.value());
  if (longest.length() < span.length() * least_share) return std::nullopt;
  return longest;
}

}  // namespace

void add_absence(Trace& trace, Span segment) {
  if (trace.empty()) return;
  const auto hole = without_edges(trace.times, segment);
  if (!hole) return;
  auto span = *hole;
  auto& [channel, times, values, gaps] = trace;
  // A hole may begin with a reading and end before one.
  const auto after = (span.begin > segment.begin ? std::ranges::upper_bound(times, span.begin.value())
                                                 : std::ranges::lower_bound(times, span.begin.value())) -
                     times.begin();
  const bool has_next = after < std::ssize(times);
  const auto at = static_cast<std::size_t>(after);
  const bool has_last = at > 0;
  const Seconds last = has_last ? Seconds{times[at - 1]} : span.begin;
  const Seconds next = has_next ? Seconds{times[at]} : span.end;
  // Times rise strictly.
  if (has_last) span.begin = std::max(span.begin, last + between_segments);
  if (has_next) span.end = std::min(span.end, next - between_segments);
  if (span.length() <= Seconds{0}) return;
  const bool counts = channel.behaviour == Behaviour::counter;
  const double value = !counts ? 0 : has_last ? values[at - 1] : values.front();
  std::vector<double> known;
  gaps = without(gaps, {last, next});
  const auto add = [&](Span still) { known.insert(known.end(), {still.begin.value(), still.end.value()}); };
  // A power that is filled in from both sides of a gap must not begin beyond it.
  const auto step = between_segments;
  if (has_last && span.begin - last > step * 3) {
    gaps.push_back({last, last + step});
    add({last + step, last + step * 2});
    gaps.push_back({last + step * 2, span.begin});
  } else if (has_last) {
    gaps.push_back({last, span.begin});
  }
  add(span);
  if (has_next && next - span.end > step * 3) {
    gaps.push_back({span.end, next - step * 2});
    add({next - step * 2, next - step});
    gaps.push_back({next - step, next});
  } else if (has_next) {
    gaps.push_back({span.end, next});
  }
  times.insert(times.begin() + after, known.begin(), known.end());
  values.insert(values.begin() + after, known.size(), value);
  gaps = joined(std::move(gaps));
}

std::vector<Span> take_absences(Trace& trace) {
  auto& [channel, times, values, gaps] = trace;
  if (!gives_energy(channel) || times.size() < 2) return {};
  std::vector<Span> absences;
  std::vector<bool> taken(times.size(), false);
  const auto take = [&](std::size_t i) { taken[i] = taken[i + 1] = true; };
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    if (!stands_alone(trace, i) || times[i + 1] - times[i] <= longest_edge.value()) continue;
    absences.push_back({Seconds{times[i]}, Seconds{times[i + 1]}});
    take(i);
    // The short ones on both sides belong to it.
    if (i >= 2 && stands_alone(trace, i - 2)) take(i - 2);
    if (i + 3 < times.size() && stands_alone(trace, i + 2)) take(i + 2);
  }
  if (absences.empty()) return {};
  std::size_t left = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (taken[i]) continue;
    if (i > 0 && taken[i - 1] && left > 0) gaps.push_back({Seconds{times[left - 1]}, Seconds{times[i]}});
    times[left] = times[i];
    values[left++] = values[i];
  }
  times.resize(left);
  values.resize(left);
  gaps = within(joined(std::move(gaps)), trace.span());
  return absences;
}

void add_absences(Run& run) {
  for (auto& trace : run.traces) {
    if (!gives_energy(trace.channel) || trace.channel.node.empty()) continue;
    for (const auto& segment : run.info.segments)
      if (!segment.hostname.empty() && segment.hostname != trace.channel.node)
        add_absence(trace, segment.span);
  }
}

bool ran_in(const Segment& segment, const Run& node) {
  constexpr double least_share = 0.1;
  const auto common = intersect(segment.span, node.span).length();
  return common > std::min(segment.span.length(), node.span.length()) * least_share;
}

void add_absences(Run& node, const std::vector<Segment>& segments) {
  for (const auto& segment : segments) {
    if (ran_in(segment, node)) continue;
    for (auto& trace : node.traces)
      if (gives_energy(trace.channel)) add_absence(trace, segment.span);
  }
}

}  // namespace joulecast::trace
