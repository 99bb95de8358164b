#include "estimate/online/recorded_progress.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

constexpr double most_portions = 1e6;

}  // namespace

RecordedProgress::RecordedProgress(const trace::Run& run) {
  if (run.progress.empty()) return;
  double base = 0;      // work of the phases before
  double previous = 0;  // the last point's work as its phase counts it
  std::size_t phase = run.progress.front().phase;
  // Work that the first report already counts was done since the run's start.
  if (run.progress.front().work > 0 && run.span.begin < run.progress.front().time)
    points_.push_back({run.span.begin, 0});
  for (const auto& point : run.progress) {
    if (point.phase != phase && point.work < previous) base = points_.empty() ? 0 : points_.back().work;
    phase = point.phase;
    previous = point.work;
    const double work = base + point.work;
    if (!std::isfinite(work) || !std::isfinite(point.time.value())) continue;
    // The time in which nothing moves belongs to the work after it, but before the first it is start-up.
    if (points_.size() == 1 && work <= points_.front().work) {
      points_.front().time = std::max(points_.front().time, point.time);
      continue;
    }
    if (!points_.empty() && (work <= points_.back().work || point.time <= points_.back().time)) continue;
    points_.push_back({point.time, work});
  }
}

double RecordedProgress::work_at(Seconds time) const {
  const auto after = std::ranges::upper_bound(points_, time, {}, &Point::time);
  if (after == points_.begin()) return points_.front().work;
  if (after == points_.end()) return points_.back().work;
  const auto& a = *std::prev(after);
  return a.work + (after->work - a.work) * ((time - a.time) / (after->time - a.time));
}

std::span<const RecordedProgress::Point> RecordedProgress::between(trace::Span span) const {
  const auto first = std::ranges::upper_bound(points_, span.begin, {}, &Point::time);
  const auto last = std::lower_bound(first, points_.end(), span.end,
                                     [](const Point& point, Seconds time) { return point.time < time; });
  return {first, last};
}

std::vector<RecordedProgress::Portion> RecordedProgress::cut(double size) const {
  std::vector<Portion> portions;
  const double first = points_.front().work;
  if (!(size > 0) || (points_.back().work - first) / size > most_portions) return portions;
  auto from = points_.front();
  for (const auto& point : std::span(points_).subspan(1)) {
    // the next multiple of `size`, within rounding
    const double next = first + size * (std::floor((from.work - first) / size + 1e-6) + 1);
    if (point.work < next - 1e-6 * size && &point != &points_.back()) continue;
    portions.push_back({{from.time, point.time}, point.work - from.work});
    from = point;
  }
  return portions;
}

}  // namespace joulecast::estimate
