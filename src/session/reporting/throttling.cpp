#include "session/reporting/throttling.hpp"

#include <algorithm>

namespace joulecast::session {
namespace {

/// A reading is 0 or 1; one that a reader of logs averaged says what it mostly was.
constexpr double mostly = 0.5;

bool tells_throttling(const trace::Channel& channel) {
  return channel.quantity == trace::Quantity::throttled_by_power ||
         channel.quantity == trace::Quantity::throttled_by_heat;
}

Throttling throttling_of(const trace::Trace& trace, trace::Span part, Seconds least_apart) {
  const auto& channel = trace.channel;
  Throttling result{
      channel.component, channel.device, channel.node, channel.quantity, Seconds{0}, Seconds{0}, {}};
  const auto& times = trace.times;
  auto gap = trace.gaps.begin();
  const auto first = std::ranges::upper_bound(times, part.begin.value()) - times.begin();
  for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first, 1)); i < times.size(); ++i) {
    if (times[i - 1] >= part.end.value()) break;
    const trace::Span since{Seconds{times[i - 1]}, Seconds{times[i]}};
    while (gap != trace.gaps.end() && gap->end <= since.begin) ++gap;
    if (gap != trace.gaps.end() && gap->begin < since.end) continue;
    const auto seen = trace::intersect(since, part);
    result.observed += seen.length();
    if (!(trace.values[i] > mostly)) continue;
    result.time += seen.length();
    if (!result.spans.empty() && seen.begin - result.spans.back().end <= least_apart)
      result.spans.back().end = seen.end;
    else
      result.spans.push_back(seen);
  }
  return result;
}

}  // namespace

std::vector<Throttling> throttling_of(const trace::Run& run, trace::Span part, Seconds least_apart) {
  std::vector<Throttling> all;
  for (const auto& trace : run.traces)
    if (tells_throttling(trace.channel) && trace.size() > 1)
      all.push_back(throttling_of(trace, part, least_apart));
  return all;
}

}  // namespace joulecast::session
