// Pareto optimality for points whose cost should be low and whose quality should be high.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace joulecast::tradeoff {

struct Point {
  double cost = 0;
  double quality = 0;
};

/// Whether a is at least as good as b in both figures and better in one.
[[nodiscard]] constexpr bool dominates(Point a, Point b) {
  return a.cost <= b.cost && a.quality >= b.quality && (a.cost < b.cost || a.quality > b.quality);
}

/// Indices of the points that no other point dominates, sorted by cost, then index. Equal points are all
/// kept. A point with NaN is never on the front. O(n log n).
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const Point> points);

/// The share of a rectangle that the front dominates: 0..1, larger is better. The rectangle spans the lowest
/// to highest cost (logarithmic) and the lowest to highest quality of all points. Nothing if it has no area
/// or a cost is not positive.
[[nodiscard]] std::optional<double> hypervolume_share(std::span<const Point> points);

/// Area dominated by the points up to the reference, in (1 - quality) x ln(cost), by the method of Zitzler
/// and Thiele 1999. Points at or beyond the reference add nothing. All costs must be positive.
[[nodiscard]] double hypervolume(std::span<const Point> points, Point reference);

/// The point of the front (indices from pareto_front) that lies furthest above the straight line between the
/// front's ends, on ln(cost) and quality scaled to 0..1. Beyond this point further quality becomes expensive.
/// Needs three points on the front.
[[nodiscard]] std::optional<std::size_t> knee(std::span<const Point> points,
                                              std::span<const std::size_t> front);

/// The cheapest point whose quality is at least the best quality minus the tolerance; nothing if there are no
/// points.
[[nodiscard]] std::optional<std::size_t> cheapest_within(std::span<const Point> points, double tolerance);

}  // namespace joulecast::tradeoff
