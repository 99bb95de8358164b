#include "tradeoff/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace joulecast::tradeoff {
namespace {

bool known(Point p) {
  return !std::isnan(p.cost) && !std::isnan(p.quality);
}

}  // namespace

std::vector<std::size_t> pareto_front(std::span<const Point> points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (known(points[i])) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    if (points[a].cost != points[b].cost) return points[a].cost < points[b].cost;
    if (points[a].quality != points[b].quality) return points[a].quality > points[b].quality;
    return a < b;
  });
  std::vector<std::size_t> front;
  double best = -std::numeric_limits<double>::infinity();
  for (const auto i : order) {
    const bool twin = !front.empty() && points[i].cost == points[front.back()].cost &&
                      points[i].quality == points[front.back()].quality;
    if (points[i].quality > best || twin) front.push_back(i);
    best = std::max(best, points[i].quality);
  }
  return front;
}

double hypervolume(std::span<const Point> points, Point reference) {
  double area = 0;
  double reached = reference.quality;
  for (const auto i : pareto_front(points)) {
    const Point p = points[i];
    if (p.cost >= reference.cost || p.quality <= reached) continue;
    area += std::log(reference.cost / p.cost) * (p.quality - reached);
    reached = p.quality;
  }
  return area;
}

std::optional<double> hypervolume_share(std::span<const Point> points) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Point low{inf, inf};
  Point high{-inf, -inf};
  for (const Point p : points) {
    if (!known(p)) continue;
    low = {std::min(low.cost, p.cost), std::min(low.quality, p.quality)};
    high = {std::max(high.cost, p.cost), std::max(high.quality, p.quality)};
  }
  if (!(low.cost > 0) || !(high.cost > low.cost) || !(high.quality > low.quality)) return std::nullopt;
  return hypervolume(points, {high.cost, low.quality}) /
         (std::log(high.cost / low.cost) * (high.quality - low.quality));
}

std::optional<std::size_t> knee(std::span<const Point> points, std::span<const std::size_t> front) {
  if (front.size() < 3) return std::nullopt;
  const Point first = points[front.front()];
  const Point last = points[front.back()];
  const double width = std::log(last.cost / first.cost);
  const double height = last.quality - first.quality;
  if (!(first.cost > 0) || !(width > 0) || !(height > 0)) return std::nullopt;
  std::optional<std::size_t> best;
  double furthest = 0;
  for (const auto i : front) {
    const double above =
        (points[i].quality - first.quality) / height - std::log(points[i].cost / first.cost) / width;
    if (above > furthest + 1e-12) {
      furthest = above;
      best = i;
    }
  }
  return best;
}

std::optional<std::size_t> cheapest_within(std::span<const Point> points, double tolerance) {
  double best_quality = -std::numeric_limits<double>::infinity();
  for (const Point p : points)
    if (known(p)) best_quality = std::max(best_quality, p.quality);
  std::optional<std::size_t> cheapest;
  for (std::size_t i = 0; i < points.size(); ++i) {
    // A tolerance of 0.02 must include a quality that differs by 0.02 in decimals, despite rounding.
    if (!known(points[i]) || points[i].quality < best_quality - tolerance - 1e-12) continue;
    const bool better =
        !cheapest || points[i].cost < points[*cheapest].cost ||
        (points[i].cost == points[*cheapest].cost && points[i].quality > points[*cheapest].quality);
    if (better) cheapest = i;
  }
  return cheapest;
}

}  // namespace joulecast::tradeoff
