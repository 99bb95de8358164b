#include "trace/trace.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::trace {

Span intersect(Span a, Span b) {
  const Span both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.begin < both.end ? both : Span{both.begin, both.begin};
}

Span Trace::span() const {
  return empty() ? Span{} : Span{Seconds{times.front()}, Seconds{times.back()}};
}

Status check(const Trace& trace) {
  const auto& name = trace.channel.name;
  if (trace.times.size() != trace.values.size())
    return fail(ErrorKind::malformed, name, "{} times but {} values", trace.times.size(),
                trace.values.size());
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (!std::isfinite(trace.times[i]) || !std::isfinite(trace.values[i]))
      return fail(ErrorKind::malformed, name, "reading {} is not finite", i);
    if (i > 0 && trace.times[i] <= trace.times[i - 1])
      return fail(ErrorKind::malformed, name, "time {} s does not come after {} s", trace.times[i],
                  trace.times[i - 1]);
    if (i > 0 && trace.channel.behaviour == Behaviour::counter && trace.values[i] < trace.values[i - 1])
      return fail(ErrorKind::malformed, name, "the counter falls at {} s", trace.times[i]);
  }
  for (std::size_t i = 0; i < trace.gaps.size(); ++i) {
    if (trace.gaps[i].end < trace.gaps[i].begin)
      return fail(ErrorKind::malformed, name, "gap {} ends before it begins", i);
    if (i > 0 && trace.gaps[i].begin < trace.gaps[i - 1].end)
      return fail(ErrorKind::malformed, name, "gaps {} and {} overlap", i - 1, i);
  }
  return {};
}

}  // namespace joulecast::trace
