// The progress that a run recorded, as one rising curve of work over time.
#pragma once

#include <span>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::estimate {

class RecordedProgress {
 public:
  /// Phases that count from the start again are put one after the other. Points that fall back in time or in
  /// work are left out.
  explicit RecordedProgress(const trace::Run& run);

  struct Point {
    Seconds time{0};
    double work = 0;  ///< since the run's first point that says 0, or since the run's start
  };
  struct Portion {
    trace::Span span;
    double work = 0;
  };

  [[nodiscard]] bool empty() const { return points_.size() < 2; }
  /// On the line between neighbouring points; the first or last one's work outside of them.
  [[nodiscard]] double work_at(Seconds time) const;
  /// The points inside the span, without its ends.
  [[nodiscard]] std::span<const Point> between(trace::Span span) const;
  /// The whole, cut at the points at which another `size` of work was done. A portion may be larger, since
  /// nothing is known between points; the last one may be smaller.
  [[nodiscard]] std::vector<Portion> cut(double size) const;

 private:
  std::vector<Point> points_;  ///< rising in work and time
};

}  // namespace joulecast::estimate
