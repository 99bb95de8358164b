// Represents many readings by a few points with the same ends and the same integral. Internal to the store.
#pragma once

#include <span>
#include <vector>

#include "store/column.hpp"
#include "trace/trace.hpp"

namespace joulecast::store {

/// A stretch of readings: its ends and its integral.
struct Stretch {
  double first, last;  // seconds
  double first_value, last_value, integral;
};

/// Shorter stretches are not reduced: it would save nothing and leave no room for the two ramps.
constexpr std::size_t too_few_to_reduce = 8;

/// A counter becomes its two end points. A gauge becomes its two end points and a constant level between
/// them, from 1 us after the first to 1 us before the last. The level is chosen so that the trapezoidal rule
/// gives the integral.
void append_reduced(const Stretch& stretch, trace::Trace& trace);

/// Reduces the readings between edges (rising, in seconds) to stretches. The two readings around each edge
/// are kept, so that cutting there is exact.
void append_between_edges(const Times& times, std::span<const double> values, std::span<const double> edges,
                          trace::Trace& trace);

/// Whether an edge lies inside the stretch, not at its ends.
[[nodiscard]] bool holds_edge(const Stretch& stretch, std::span<const double> edges);
/// Whether a gap lies in the stretch or at one of its ends, where the steps tell whether the gap is long.
[[nodiscard]] bool meets_gap(const Stretch& stretch, const std::vector<trace::Span>& gaps);

}  // namespace joulecast::store
