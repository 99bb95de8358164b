#include "store/progress_log.hpp"

#include <algorithm>
#include <cmath>

#include "store/block.hpp"

namespace joulecast::store {
namespace {

/// Later times do not fit into microseconds.
constexpr double latest_time = 1e12;

std::optional<std::int64_t> microseconds(Seconds time) {
  return std::abs(time.value()) < latest_time ? std::optional{to_microseconds(time.value())} : std::nullopt;
}

}  // namespace

void PhasePoints::pin(Point& point) {
  if (point.pinned || pinned_ >= most / 2) return;
  point.pinned = true;
  ++pinned_;
}

void PhasePoints::add(std::int64_t time_us, double work, bool ends_epoch) {
  if (!points_.empty() && time_us < points_.back().time_us) return;
  if (!points_.empty() && !stays(points_.back())) points_.pop_back();  // it was only the latest so far
  first_changed_ = std::min(first_changed_.value_or(points_.size()), points_.size());
  points_.push_back({time_us, work, given_++});
  if (ends_epoch) pin(points_.back());
  while (points_.size() > most) thin();
}

void PhasePoints::thin() {
  stride_ *= 2;
  const auto latest = points_.back();
  std::erase_if(points_, [&](const Point& point) { return !stays(point) && point.number != latest.number; });
  first_changed_ = 0;
}

void PhasePoints::take_changes(std::size_t phase, ProgressParts& parts) {
  if (!first_changed_) return;
  const auto wanted = (points_.size() + part_length - 1) / part_length;
  for (auto number = *first_changed_ / part_length; number < std::max(wanted, stored_parts_); ++number) {
    ProgressPart part;
    for (auto i = number * part_length; i < std::min((number + 1) * part_length, points_.size()); ++i) {
      part.times.push_back(points_[i].time_us);
      part.work.push_back(points_[i].work);
    }
    parts[{phase, number}] = std::move(part);
  }
  stored_parts_ = wanted;
  first_changed_.reset();
}

void ProgressLog::add(const trace::ProgressPoint& point) {
  const auto time = microseconds(point.time);
  if (!time || !std::isfinite(point.work) || point.phase < phase_) return;
  if (point.phase > phase_) {
    points_.take_changes(phase_, ended_);
    points_ = {};
    phase_ = point.phase;
  }
  const bool ends_epoch = awaited_.contains(*time);
  awaited_.erase(awaited_.begin(), awaited_.upper_bound(*time));
  points_.add(*time, point.work, ends_epoch);
}

void ProgressLog::epoch_ended(Seconds time) {
  const auto at = microseconds(time);
  if (!at) return;
  const auto latest = points_.latest_us();
  if (latest == at)
    points_.keep_latest();
  else if ((!latest || *latest < *at) && awaited_.size() < PhasePoints::most)
    awaited_.insert(*at);
}

void ProgressLog::take_changes(ProgressParts& parts) {
  for (auto& [place, part] : ended_) parts[place] = std::move(part);
  ended_.clear();
  points_.take_changes(phase_, parts);
}

}  // namespace joulecast::store
