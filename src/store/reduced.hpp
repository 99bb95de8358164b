// A few points that stand for many readings: the same ends, the same integral. Internal to the store.
#pragma once

#include <span>
#include <vector>

#include "store/column.hpp"
#include "trace/trace.hpp"

namespace joulecast::store {

/// A stretch of readings by its ends and its integral.
struct Stretch {
  double first, last;  // seconds
  double first_value, last_value, integral;
};

/// Fewer readings than these gain nothing, and leave no room for the two ramps.
constexpr std::size_t too_few_to_reduce = 8;

/// A counter is its two ends. A gauge is its two ends and between them, from 1 us after the first to 1 us
/// before the last, the level that makes the trapezoids' sum the integral.
void append_reduced(const Stretch& stretch, trace::Trace& trace);

/// Readings between edges (rising, seconds) become stretches; the two readings around an edge stay, so that
/// cutting there is exact.
void append_between_edges(const Times& times, std::span<const double> values, std::span<const double> edges,
                          trace::Trace& trace);

/// Whether one of the edges lies inside the stretch, and not at its ends.
[[nodiscard]] bool holds_edge(const Stretch& stretch, std::span<const double> edges);
[[nodiscard]] bool meets_gap(const Stretch& stretch, const std::vector<trace::Span>& gaps);

}  // namespace joulecast::store
