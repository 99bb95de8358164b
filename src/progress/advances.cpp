#include "progress/advances.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::progress {
namespace {

constexpr Seconds shortest_advance{0.2};
constexpr double smallest_advance = 0.005;    ///< of the total work
constexpr double shortest_share = 1.0 / 500;  ///< of the time since the phase began

}  // namespace

void Advances::begin_phase(std::size_t phase, Seconds begin) {
  phase_ = phase;
  begun_ = begin;
  last_ = {};
  recount_ = false;
  withheld_.reset();
}

void Advances::end_phase() {
  if (withheld_) new_.push_back(*std::exchange(withheld_, std::nullopt));
}

void Advances::add(const Counter::Point& point, std::optional<double> total) {
  const Advance next{{point.time, point.work, phase_}, false, false};
  const auto spacing = std::max(shortest_advance, (point.time - begun_) * shortest_share);
  // What was done before a pause is not to be counted after it.
  if (withheld_ && point.time - withheld_->point.time >= spacing) new_.push_back(last_ = *withheld_);
  const bool far = point.time - last_.point.time >= spacing ||
                   (total && point.work - last_.point.work >= smallest_advance * *total);
  const bool kept = far || last_.point.work <= 0 || point.work >= total.value_or(point.work + 1);
  withheld_ = kept ? std::nullopt : std::optional{next};
  if (kept) new_.push_back(last_ = next);
}

void Advances::end_epoch(Seconds at, double work) {
  const Advance mark{{std::max(at, last_time()), work, phase_}, true, std::exchange(recount_, false)};
  if (!new_.empty() && new_.back().point.time == mark.point.time && new_.back().point.phase == phase_)
    new_.back() = mark;
  else if (work > 0)
    new_.push_back(mark);
  last_ = mark;
  withheld_.reset();
}

std::vector<Advance> Advances::take() {
  return std::exchange(new_, {});
}

}  // namespace joulecast::progress
