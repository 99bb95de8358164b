// Keeps a run's progress in a bounded number of points, however long it goes on. Internal to the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::store {

/// Points of one phase in the form in which they are stored.
struct ProgressPart {
  std::vector<std::int64_t> times = {};  ///< microseconds
  std::vector<double> work = {};         ///< in the phase's unit, of each time
};

/// By phase and number within the phase. An empty part is one that is not needed any more.
using ProgressParts = std::map<std::pair<std::size_t, std::size_t>, ProgressPart>;

/// Points of one phase. When there are too many, every second one goes, and from then on only every second
/// one is taken. The latest point is always there, and so are those at the ends of epochs while these are
/// fewer than half of the points.
class PhasePoints {
 public:
  static constexpr std::size_t most = 2048;
  /// Points are stored in parts of this many, so that a commit rewrites few.
  static constexpr std::size_t part_length = 256;

  void add(std::int64_t time_us, double work, bool ends_epoch);
  /// An epoch ends at the latest point.
  void keep_latest() { pin(points_.back()); }
  [[nodiscard]] std::optional<std::int64_t> latest_us() const {
    return points_.empty() ? std::nullopt : std::optional{points_.back().time_us};
  }

  [[nodiscard]] bool changed() const { return first_changed_.has_value(); }
  /// Adds the parts that changed since the last call.
  void take_changes(std::size_t phase, ProgressParts& parts);

 private:
  struct Point {
    std::int64_t time_us = 0;
    double work = 0;
    std::uint64_t number = 0;  ///< of all points that were given, counted from 0
    bool pinned = false;
  };
  [[nodiscard]] bool stays(const Point& point) const { return point.number % stride_ == 0 || point.pinned; }
  void pin(Point& point);
  void thin();

  std::vector<Point> points_;
  std::uint64_t given_ = 0;
  std::uint64_t stride_ = 1;
  std::size_t pinned_ = 0;
  std::size_t stored_parts_ = 0;              ///< number of parts after the last take_changes()
  std::optional<std::size_t> first_changed_;  ///< the point from which on something changed
};

/// The phases of a run one after the other: points of a phase that has ended are not taken any more.
class ProgressLog {
 public:
  void add(const trace::ProgressPoint& point);
  /// May come before the point of the same time, or directly after it.
  void epoch_ended(Seconds time);
  [[nodiscard]] bool changed() const { return points_.changed() || !ended_.empty(); }
  void take_changes(ProgressParts& parts);

 private:
  std::size_t phase_ = 0;
  PhasePoints points_;              ///< of this phase
  ProgressParts ended_;             ///< changes in earlier phases
  std::set<std::int64_t> awaited_;  ///< ends of epochs whose points have not come yet
};

}  // namespace joulecast::store
