// One channel over time, with explicit gaps.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "trace/channel.hpp"

namespace joulecast::trace {

/// Seconds from the run's start; half open [begin, end).
struct Span {
  Seconds begin{0};
  Seconds end{0};
  [[nodiscard]] constexpr Seconds length() const { return end - begin; }
  [[nodiscard]] constexpr bool contains(Seconds t) const { return begin <= t && t < end; }
  friend constexpr bool operator==(const Span&, const Span&) = default;
};

[[nodiscard]] Span intersect(Span a, Span b);  ///< empty (begin == end) where they do not meet

/// Times rise strictly. Values are in the quantity's base unit; an energy counter's values are joules
/// accumulated since the trace's first reading (wraps and restarts already resolved), so they never fall.
struct Trace {
  Channel channel;
  std::vector<double> times;   ///< seconds from the run's start
  std::vector<double> values;  ///< same length as times
  /// Spans with unknown energy; sorted and disjoint. A gauge has a gap wherever it was not read. A counter
  /// that was not read has no gap, because its next difference covers that time, unless that difference is
  /// lost.
  std::vector<Span> gaps;

  [[nodiscard]] std::size_t size() const { return times.size(); }
  [[nodiscard]] bool empty() const { return times.empty(); }
  [[nodiscard]] Span span() const;  ///< first to last time; {0,0} when empty
};

/// malformed where times do not rise strictly, lengths differ, a value is not finite or gaps are unsorted.
[[nodiscard]] Status check(const Trace& trace);

}  // namespace joulecast::trace
