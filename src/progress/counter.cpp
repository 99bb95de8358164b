#include "progress/counter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::progress {
namespace {

/// Ranks print the same within a fraction of the usual time between two counts.
constexpr double soon = 0.3;
/// A first count of up to this many strides was reached from the start: 25 before 50, 10 before 20.
constexpr double strides_to_first = 1.5;
/// A bar that jumps by this share of its total at once, and then moves this much more slowly, has skipped
/// what an earlier run had done.
constexpr double skipped_share = 0.1;
constexpr double skipping_speed = 8;
/// How long, or over how many counts, the speed after such a jump is looked at: a pause for a log or on a
/// busy machine is soon over.
constexpr Seconds speed_time{1};
constexpr std::size_t speed_counts = 12;

double tolerance(double count) {
  return 1e-9 * std::max(1.0, std::abs(count));
}

}  // namespace

std::optional<double> Counter::count() const {
  return last_ ? last_ : base_;
}

bool Counter::is_soon(Seconds at) const {
  if (advances_ == 0) return false;
  const double usual = (last_at_ - begin_).value() / advances_;
  return (at - last_at_).value() < soon * usual;
}

Counter::Meaning Counter::meaning_of(double count, Seconds at, double first_unit) const {
  const auto now = this->count();
  if (!now || count > *now + tolerance(count)) return Meaning::forward;
  if (count >= *now - tolerance(count)) return Meaning::same;
  if (is_soon(at)) return Meaning::echo;
  const double start = std::max(first_unit, strides_to_first * stride_);
  const bool at_start =
      count <= start + tolerance(count) || (base_ && count - *base_ <= start + tolerance(count));
  return at_start ? Meaning::restart : Meaning::back;
}

/// A count below where counting began belongs to something that came before.
void Counter::settle(double base) {
  base_ = base;
  if (last_) last_ = std::max(*last_, base);
  for (const auto& heard : std::exchange(waiting_, {}))
    points_.push_back({heard.at, std::max(0.0, heard.count - base)});
}

void Counter::begin_at(double count) {
  if (!base_) settle(count);
}

/// Decides from the first counts where counting began.
void Counter::look_for_base(std::optional<double> total) {
  const auto& first = waiting_.front();
  if (waiting_.size() == 1) {
    if (first.count > 0 && first.count <= 1) settle(0);
    return;
  }
  const auto& second = waiting_[1];
  const double jump = second.count - first.count;
  if (first.count > 0) return settle(first.count <= strides_to_first * jump ? 0 : first.count - jump);
  if (!total || jump <= skipped_share * *total) return settle(first.count);
  const auto& last = waiting_.back();
  const double then = (last.at - second.at).value();
  const double while_jumping = (second.at - first.at).value();
  const bool long_enough = then >= std::max(speed_time.value(), while_jumping);
  if (waiting_.size() < 3 || (!long_enough && waiting_.size() < speed_counts)) return;
  const double speed = then > 0 ? (last.count - second.count) / then : 0;
  const double would_have = speed * while_jumping;
  settle(then > 0 && jump > skipping_speed * would_have ? std::floor(second.count - would_have)
                                                        : first.count);
}

void Counter::advance(double count, Seconds at, std::optional<double> total) {
  const auto before = this->count();
  stride_ = last_ ? count - *before : stride_;
  last_ = count;
  last_at_ = at;
  ++advances_;
  if (base_) {
    points_.push_back({at, std::max(0.0, count - *base_)});
    return;
  }
  waiting_.push_back({count, at});
  look_for_base(total);
}

void Counter::finish(std::optional<double> total) {
  if (base_ || waiting_.empty()) return;
  const double first = waiting_.front().count;
  // A single count: all was done here if it is the last one or a round figure, as every tenth epoch is.
  const bool from_start = waiting_.size() > 1 || first == total || std::fmod(first, 5) == 0 || first <= 1;
  settle(from_start ? 0 : first - 1);
}

std::vector<Counter::Point> Counter::take_points() {
  return std::exchange(points_, {});
}

std::vector<Seconds> Counter::undecided_times() const {
  std::vector<Seconds> times;
  for (const auto& heard : waiting_) times.push_back(heard.at);
  return times;
}

}  // namespace joulecast::progress
