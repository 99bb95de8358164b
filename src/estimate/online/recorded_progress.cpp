#include "estimate/online/recorded_progress.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

constexpr double most_portions = 1e6;

Seconds time_at(const RecordedProgress::Point& a, const RecordedProgress::Point& b, double work) {
  return a.time + (b.time - a.time) * ((work - a.work) / (b.work - a.work));
}

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
  const double all = points_.back().work - points_.front().work;
  if (!(size > 0) || all / size > most_portions) return portions;
  Point from = points_.front();
  for (std::size_t i = 1; i < points_.size(); ++i) {
    while (points_[i].work >= from.work + size * (1 - 1e-9)) {
      const double end = std::min(points_[i].work, from.work + size);
      const auto time = time_at(points_[i - 1], points_[i], end);
      if (time > from.time) portions.push_back({{from.time, time}, end - from.work});
      from = {time, end};
    }
  }
  const auto& last = points_.back();
  if (last.work - from.work > 1e-9 * all && last.time > from.time)
    portions.push_back({{from.time, last.time}, last.work - from.work});
  return portions;
}

}  // namespace joulecast::estimate
