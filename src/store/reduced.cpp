#include "store/reduced.hpp"

#include <algorithm>

#include "store/block.hpp"

namespace joulecast::store {

void append_reduced(const Stretch& stretch, trace::Trace& trace) {
  constexpr double ramp = 1e-6;
  const auto add = [&](double time, double value) {
    trace.times.push_back(time);
    trace.values.push_back(value);
  };
  add(stretch.first, stretch.first_value);
  if (trace.channel.behaviour == trace::Behaviour::gauge) {
    const double ends = 0.5 * ramp * (stretch.first_value + stretch.last_value);
    const double level = (stretch.integral - ends) / (stretch.last - stretch.first - ramp);
    add(stretch.first + ramp, level);
    add(stretch.last - ramp, level);
  }
  add(stretch.last, stretch.last_value);
}

void append_between_edges(const Times& times, std::span<const double> values, std::span<const double> edges,
                          trace::Trace& trace) {
  for (std::size_t begin = 0; begin < times.size();) {
    const auto edge = std::ranges::upper_bound(edges, to_seconds(times[begin]));
    const auto behind =
        edge == edges.end() ? times.end() : std::ranges::lower_bound(times, *edge, {}, to_seconds);
    const auto end = std::max(static_cast<std::size_t>(behind - times.begin()), begin + 1);
    const auto part = std::span(times).subspan(begin, end - begin);
    const auto part_values = values.subspan(begin, end - begin);
    if (part.size() > too_few_to_reduce) {
      append_reduced({to_seconds(part.front()), to_seconds(part.back()), part_values.front(),
                      part_values.back(), integral_of(part, part_values)},
                     trace);
    } else {
      for (const auto time : part) trace.times.push_back(to_seconds(time));
      trace.values.insert(trace.values.end(), part_values.begin(), part_values.end());
    }
    begin = end;
  }
}

bool holds_edge(const Stretch& stretch, std::span<const double> edges) {
  const auto edge = std::ranges::upper_bound(edges, stretch.first);
  return edge != edges.end() && *edge < stretch.last;
}

bool meets_gap(const Stretch& stretch, const std::vector<trace::Span>& gaps) {
  const Seconds first{stretch.first}, last{stretch.last};
  const auto gap =
      // gaps are disjoint, so their ends are sorted too
      std::ranges::lower_bound(gaps, first, {}, &trace::Span::end);
  return gap != gaps.end() && gap->begin <= last;
}

}  // namespace joulecast::store
