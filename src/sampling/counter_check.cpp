#include "sampling/counter_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::sampling {
namespace {

constexpr Seconds shortest_window{5}, shortest_last_window{2};
/// A counter that is wrong all the time needs no gap every five seconds.
constexpr int windows_in_the_longest = 12;
/// Less is not worth a judgement, and a counter of whole joules could not give one.
constexpr Joules least_energy{50}, least_lost_energy{20};
constexpr double largest_difference = 0.3;
constexpr double largest_ratio_of_moments = 2.5;

/// A counter that stands still so long, beside a power that goes on, has stopped.
constexpr Seconds frozen_after{2}, frozen_after_where_period_is_unknown{5};
constexpr double frozen_after_updates = 20;
/// The judgement waits where the counter may just have stopped.
constexpr Seconds suspicious_rest{0.5};

/// Whether the gauge's values tell of all the time between its readings.
bool sees_all(const ChannelRecorder& gauge) {
  const auto& channel = gauge.channel();
  return channel.averaging_window >= std::max(gauge.period(), channel.update_period) * 0.9;
}

enum class Verdict { agree, disagree, too_early };

Verdict compare(Joules by_counter, Joules by_power, const ChannelRecorder& counter,
                const ChannelRecorder& gauge) {
  const double c = by_counter.value(), p = by_power.value();
  const double most = std::max(c, p), least = std::min(c, p);
  if (most < least_energy.value()) return Verdict::too_early;
  const double allowed =
      sees_all(gauge) ? largest_difference * most : most * (1 - 1 / largest_ratio_of_moments);
  if (most - least <= allowed) return Verdict::agree;
  // At the edges of the window the two may tell of different moments
  const Seconds unsure =
      gauge.channel().averaging_window + gauge.period() + counter.period() + counter.channel().update_period;
  const Joules at_edges = (gauge.highest_power() - gauge.lowest_power()) * unsure;
  return most - least > allowed + at_edges.value() ? Verdict::disagree : Verdict::too_early;
}

}  // namespace

std::optional<CounterCheck::Point> CounterCheck::point_of(const ChannelRecorder& counter,
                                                          const ChannelRecorder& gauge) {
  if (!counter.last_time() || !gauge.last_time()) return std::nullopt;
  Point point;
  point.time = std::min(*counter.last_time(), *gauge.last_time());
  if (point.time < std::max(*counter.first_time(), *gauge.first_time())) return std::nullopt;
  const auto by_counter = counter.energy_until(point.time), by_power = gauge.energy_until(point.time);
  if (!by_counter || !by_power) return std::nullopt;
  point.by_counter = *by_counter;
  point.by_power = *by_power;
  point.counter_gaps = counter.gaps();
  point.gauge_gaps = gauge.gaps();
  return point;
}

void CounterCheck::watch_for_freeze(ChannelRecorder& counter, const ChannelRecorder& gauge, Seconds until) {
  const auto period = counter.channel().update_period;
  const auto patience = period > Seconds{0} ? std::max(frozen_after, period * frozen_after_updates)
                                            : frozen_after_where_period_is_unknown;
  const auto since = counter.unchanged_since();
  if (!since || *counter.last_time() - *since < patience) return;
  const auto then = gauge.energy_until(*since), now = gauge.energy_until(until);
  if (then && now && *now - *then >= least_lost_energy) counter.doubt_freeze();
}

void CounterCheck::begin_window(const Point& point, ChannelRecorder& gauge) {
  begin_ = point;
  gauge.forget_range();
}

void CounterCheck::look(ChannelRecorder& counter, ChannelRecorder& gauge, bool at_end) {
  const auto now = point_of(counter, gauge);
  if (!now) return;
  if (!at_end) watch_for_freeze(counter, gauge, now->time);  // those are told by now
  if (!begin_ || begin_->counter_gaps != now->counter_gaps || begin_->gauge_gaps != now->gauge_gaps ||
      counter.is_frozen())
    return begin_window(*now, gauge);  // what is lost is told already and cannot be compared
  if (const auto since = counter.unchanged_since();
      !at_end && since &&
      *counter.last_time() - *since > std::max(suspicious_rest, counter.channel().update_period * 2))
    return;
  const auto enough = at_end ? shortest_last_window
                             : shortest_window * std::min(1 + doubts_in_a_row_, windows_in_the_longest);
  if (now->time - begin_->time < enough) return;
  const auto verdict =
      compare(now->by_counter - begin_->by_counter, now->by_power - begin_->by_power, counter, gauge);
  if (verdict == Verdict::too_early) return;
  const bool unchanged = gauge.lowest_power() == gauge.highest_power();
  if (verdict == Verdict::agree) {
    doubts_in_a_row_ = 0;
    unchanged_power_ = unchanged ? std::optional(gauge.lowest_power()) : std::nullopt;
  } else if (!unchanged || gauge.lowest_power() != unchanged_power_) {
    doubt(counter, *now);
  }  // else both agreed at first, and it is the gauge that has hung since
  auto next = *now;
  next.counter_gaps = counter.gaps();
  begin_window(next, gauge);
}

void CounterCheck::doubt(ChannelRecorder& counter, const Point& until) {
  counter.doubt({begin_->time, until.time});
  ++doubts_in_a_row_;
  doubted_ += until.time - begin_->time;
  doubted_by_counter_ += until.by_counter - begin_->by_counter;
  doubted_by_power_ += until.by_power - begin_->by_power;
}

std::optional<std::string> CounterCheck::doubts() const {
  if (doubted_ <= Seconds{0}) return std::nullopt;
  return fmt::format("not believed for {}: it counts {} where the power of its device makes {}",
                     to_text(doubted_), to_text(doubted_by_counter_), to_text(doubted_by_power_));
}

}  // namespace joulecast::sampling
