#include "trace/counter.hpp"

namespace joulecast::trace {

CounterDecoder::CounterDecoder(const Channel& channel)
    : resolution_(channel.resolution),
      wrap_range_(channel.wrap_range),
      plausible_maximum_(channel.plausible_maximum) {}

Step CounterDecoder::restart(SteadyTime time, std::uint64_t count) {
  last_time_ = time;
  last_count_ = count;
  return {StepKind::restarted, Joules{0}};
}

Step CounterDecoder::step(SteadyTime time, std::uint64_t count) {
  if (!last_time_) {
    last_time_ = time;
    last_count_ = count;
    return {};
  }
  const Seconds elapsed = time - *last_time_;
  const auto before = last_count_;
  last_time_ = time;
  last_count_ = count;

  const bool fell = count < before;
  const bool bounded = plausible_maximum_ > Watts{0};
  // The most that the device could have used. The slack allows for a reading that was stamped a little late.
  const Joules most = plausible_maximum_ * (elapsed + Seconds{0.05});
  if (wrap_range_ > 0 && bounded) {
    const Joules range{static_cast<double>(wrap_range_) * resolution_};
    if (most >= range) return {StepKind::ambiguous, Joules{0}};
  }
  if (fell && (wrap_range_ == 0 || before >= wrap_range_)) return {StepKind::restarted, Joules{0}};

  const std::uint64_t counts = fell ? wrap_range_ - before + count : count - before;
  const Joules used{static_cast<double>(counts) * resolution_};
  // If a wrap would mean more than the device can draw, the counter was restarted instead.
  if (bounded && used > most) return {fell ? StepKind::restarted : StepKind::implausible, Joules{0}};
  total_ += used;
  return {fell ? StepKind::wrapped : StepKind::step, used};
}

}  // namespace joulecast::trace
