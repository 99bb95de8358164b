// What is worth considering when cost should fall and quality should rise.
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

/// a is at least as good in both and better in one.
[[nodiscard]] constexpr bool dominates(Point a, Point b) {
  return a.cost <= b.cost && a.quality >= b.quality && (a.cost < b.cost || a.quality > b.quality);
}

/// Positions of the points that no other dominates, by rising cost, then position. Points that are equal are
/// all kept; a point with NaN is on no front. O(n log n).
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const Point> points);

/// The share that the front dominates of the rectangle between the cheapest and dearest cost (on a logarithm)
/// and the lowest and highest quality of all points: 0..1, larger is better. Nothing where that rectangle has
/// no area or a cost is not positive.
[[nodiscard]] std::optional<double> hypervolume_share(std::span<const Point> points);

/// Area dominated by the points up to the reference, in (1 - quality) x ln(cost): method of Zitzler and
/// Thiele 1999. Points at or beyond the reference add nothing. Costs and the reference's cost must be
/// positive.
[[nodiscard]] double hypervolume(std::span<const Point> points, Point reference);

/// The point of the front (positions as pareto_front gives them) that lies furthest above the straight line
/// between its ends, on ln(cost) and quality scaled to 0..1: beyond it, quality gets dear. Needs three points
/// on the front.
[[nodiscard]] std::optional<std::size_t> knee(std::span<const Point> points,
                                              std::span<const std::size_t> front);

/// The cheapest point whose quality is at least the best's minus the tolerance; nothing for no points.
[[nodiscard]] std::optional<std::size_t> cheapest_within(std::span<const Point> points, double tolerance);

}  // namespace joulecast::tradeoff
