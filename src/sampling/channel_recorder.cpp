#include "sampling/channel_recorder.hpp"

#include <algorithm>

#include "trace/plausible.hpp"

namespace joulecast::sampling {
namespace {

using trace::Behaviour;
using trace::Quantity;

/// No device draws exactly nothing: a counter that stands still this long, over this many readings, has
/// stopped.
constexpr double frozen_after_s = 5;
constexpr int frozen_after_readings = 5;
constexpr double frozen_after_updates = 20;
constexpr double longest_untold_s = 60;
/// A gauge that was not read for longer than this many periods, and a little more, has a gap there.
constexpr double late_periods = 2.5;
constexpr double late_s = 0.25;
/// A channel that was not read for this many periods, and for a minimum time, is not waited for.
constexpr double silent_periods = 3;
constexpr double silent_s = 10;

std::string fault_of(trace::StepKind kind) {
  if (kind == trace::StepKind::restarted) return "the counter restarted";
  if (kind == trace::StepKind::ambiguous) return "the counter may have wrapped several times unread";
  return "the counter jumped further than the device can draw";
}

}  // namespace

ChannelRecorder::ChannelRecorder(trace::Channel channel, Seconds period, std::size_t index,
                                 trace::RunSink& sink)
    : channel_(std::move(channel)), period_(period), index_(index), sink_(&sink), decoder_(channel_) {}

bool ChannelRecorder::is_counter() const {
  return channel_.quantity == Quantity::energy && channel_.behaviour == Behaviour::counter;
}

bool ChannelRecorder::gives_energy() const {
  return is_counter() || (channel_.quantity == Quantity::power && channel_.behaviour == Behaviour::gauge);
}

void ChannelRecorder::count_fault(const std::string& name) {
  const auto known = std::ranges::find(faults_, name, &std::pair<std::string, int>::first);
  if (known != faults_.end())
    ++known->second;
  else
    faults_.emplace_back(name, 1);
}

void ChannelRecorder::take(const RawSample& sample, Seconds time) {
  if (sample.kind != RawSample::Kind::value) {
    failed_since_ = true;
    power_.reset();
    return;
  }
  time -= channel_.lag;
  if (last_time_ && time.value() <= *last_time_) return;
  const auto* count = std::get_if<std::uint64_t>(&sample.value);
  if (is_counter()) {
    if (count != nullptr) take_counter(*count, sample.time, time.value());
    return;
  }
  take_gauge(
      count != nullptr ? static_cast<double>(*count) * channel_.resolution : std::get<double>(sample.value),
      time.value());
}

/// While a counter could not be read, its driver may have been reloaded. Where it has then counted further
/// than before, only its pace tells: much slower than before, and no more in all than since the last reading.
bool ChannelRecorder::may_have_restarted(std::uint64_t count, double time) const {
  constexpr double slower = 0.7;
  if (!failed_since_ || !last_time_ || channel_.wrap_range > 0 || count < last_count_) return false;
  const Seconds elapsed{time - *last_time_};
  const auto energy_of = [&](std::uint64_t counts) {
    return Joules{static_cast<double>(counts) * channel_.resolution};
  };
  return energy_of(count) <= channel_.plausible_maximum * elapsed &&
         energy_of(count - last_count_) < last_power_ * elapsed * slower;
}

void ChannelRecorder::take_counter(std::uint64_t count, SteadyTime steady, double time) {
  const auto step =
      may_have_restarted(count, time) ? decoder_.restart(steady, count) : decoder_.step(steady, count);
  failed_since_ = false;
  energy_ = decoder_.total().value();
  history_.add(time, energy_);
  sink_->append(index_, time, energy_);
  if (!first_time_) first_time_ = time;
  std::optional<Watts> of_step;
  if (last_time_) {
    const trace::Span span{Seconds{*last_time_}, Seconds{time}};
    if (step.usable()) {
      of_step = step.energy / span.length();
      power_ = mean_power_until(time).value_or(*of_step);
    } else {
      add_gap(span);
      power_.reset();
      count_fault(fault_of(step.kind));
    }
  }
  if (frozen_ && step.usable() && has_caught_up(step.energy, time)) frozen_ = false;
  watch_for_freeze(count, time);
  if (of_step > Watts{0}) last_power_ = *of_step;
  last_time_ = time;
}

/// A counter's step right after a reading is so short that its power says nothing: that of a whole period
/// does. Nothing where the step is long enough, or where the period holds a gap.
std::optional<Watts> ChannelRecorder::mean_power_until(double time) const {
  constexpr double nearly_whole = 0.9;
  if (time - *last_time_ >= nearly_whole * period_.value()) return std::nullopt;
  const double begin = std::max(time - period_.value(), *first_time_);
  const auto before = history_.energy_until(begin), now = history_.energy_until(time);
  if (!before || !now || gap_end_ > Seconds{begin} || time <= begin) return std::nullopt;
  return Joules{*now - *before} / Seconds{time - begin};
}

/// A counter that stood still may add afterwards what it has missed. Then nothing is lost.
bool ChannelRecorder::has_caught_up(Joules step, double time) const {
  constexpr double most_of_it = 0.7;
  return step >= last_power_ * Seconds{time - unchanged_since_} * most_of_it;
}

void ChannelRecorder::watch_for_freeze(std::uint64_t count, double time) {
  if (!last_time_ || count != last_count_) {
    if (frozen_) tell_freeze(*last_time_);
    last_count_ = count;
    unchanged_since_ = time;
    unchanged_readings_ = 0;
    return;
  }
  ++unchanged_readings_;
  const double patience = std::max(frozen_after_s, frozen_after_updates * channel_.update_period.value());
  if (unchanged_readings_ >= frozen_after_readings && time - unchanged_since_ >= patience) doubt_freeze();
  // A run that is killed has no end at which the gap could be told
  if (frozen_ && time - std::max(unchanged_since_, gap_end_.value()) >= longest_untold_s)
    add_gap({Seconds{unchanged_since_}, Seconds{time}});
}

void ChannelRecorder::doubt_freeze() {
  if (frozen_) return;
  frozen_ = true;
  count_fault("the counter stood still");
}

void ChannelRecorder::doubt(trace::Span span) {
  add_gap(span);
}

/// Gaps of a trace do not overlap.
void ChannelRecorder::add_gap(trace::Span span) {
  span.begin = std::max(span.begin, gap_end_);
  if (span.begin >= span.end) return;
  sink_->gap(index_, span);
  gap_end_ = span.end;
  lost_ += span.length();
  ++gaps_;
}

/// Reported as a gap when the counter moves again: the energy used in the meantime is lost.
void ChannelRecorder::tell_freeze(double until) {
  add_gap({Seconds{unchanged_since_}, Seconds{until}});
  frozen_ = false;
}

void ChannelRecorder::take_gauge(double value, double time) {
  if (!trace::can_be(channel_, value)) {
    count_fault(value == 0 ? "0 W, which nothing that is on draws" : "a value that cannot be");
    failed_since_ = true;
    power_.reset();
    return;
  }
  if (last_time_) {
    const double late = late_periods * period_.value() + late_s;
    if (failed_since_ || time - *last_time_ > late) add_gap({Seconds{*last_time_}, Seconds{time}});
  }
  keep_gauge(value, time);
}

void ChannelRecorder::keep_gauge(double value, double time) {
  if (last_time_ && channel_.quantity == Quantity::power)
    energy_ += 0.5 * (value + last_value_) * (time - *last_time_);
  sink_->append(index_, time, value);
  if (!first_time_) first_time_ = time;
  last_time_ = time;
  last_value_ = value;
  failed_since_ = false;
  if (channel_.quantity != Quantity::power) return;
  power_ = Watts{value};
  lowest_power_ = std::min(lowest_power_, *power_);
  highest_power_ = std::max(highest_power_, *power_);
  history_.add(time, energy_, value);
}

void ChannelRecorder::finish() {
  if (never_moved()) doubt_freeze();
  if (frozen_) tell_freeze(*last_time_);
  // What a lagging gauge said last is all that is known of the time since.
  if (channel_.lag > Seconds{0} && last_time_ && !failed_since_)
    keep_gauge(last_value_, *last_time_ + channel_.lag.value());
}

/// Such a counter has measured nothing, however short the run was: that is not 0 J. A part inside another one
/// may be off.
bool ChannelRecorder::never_moved() const {
  const bool alone = channel_.provenance == Provenance::measured && channel_.contained_in.empty();
  return is_counter() && alone && !channel_.may_be_off && first_time_ && unchanged_readings_ > 0 &&
         unchanged_since_ == *first_time_;
}

std::optional<Joules> ChannelRecorder::energy_until(Seconds time) const {
  const auto energy = history_.energy_until(time.value());
  return energy ? std::optional{Joules{*energy}} : std::nullopt;
}

bool ChannelRecorder::is_silent(Seconds now) const {
  return last_time_ && now.value() - *last_time_ > std::max(silent_s, silent_periods * period_.value());
}

std::optional<Seconds> ChannelRecorder::unchanged_since() const {
  return unchanged_readings_ > 0 ? std::optional{Seconds{unchanged_since_}} : std::nullopt;
}

double ChannelRecorder::coverage() const {
  if (!first_time_ || *last_time_ <= *first_time_) return 0;
  const Seconds standing{frozen_ ? *last_time_ - std::max(unchanged_since_, gap_end_.value()) : 0};
  return 1 - (lost_ + standing) / Seconds{*last_time_ - *first_time_};
}

trace::Trace ChannelRecorder::summary() const {
  trace::Trace trace;
  trace.channel = channel_;
  trace.channel.quantity = Quantity::energy;
  trace.channel.behaviour = Behaviour::counter;
  if (first_time_ && *first_time_ < *last_time_ && !never_moved()) {
    trace.times = {*first_time_, *last_time_};
    trace.values = {0, energy_};
  }
  return trace;
}

}  // namespace joulecast::sampling
