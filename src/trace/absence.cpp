#include "trace/absence.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
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
