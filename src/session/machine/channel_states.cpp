#include "session/machine/channel_states.hpp"

namespace joulecast::session {

void ChannelStates::append(std::size_t channel, std::span<const double> times,
                           std::span<const double> values) {
  if (channel >= latest_.size()) latest_.resize(channel + 1);
  auto& latest = latest_[channel];
  for (std::size_t i = 0; i < times.size(); ++i) {
    Latest next{Seconds{times[i]}, values[i], Seconds{times[i]}, std::nullopt};
    if (latest && latest->value == next.value) {
      next.changed = latest->changed;
      next.power = latest->power;
    } else if (latest && channel < counters_.size() && counters_[channel] && next.time > latest->changed) {
      next.power = Joules{next.value - latest->value} / (next.time - latest->changed);
    }
    latest = next;
  }
}

void ChannelStates::gap(std::size_t channel, trace::Span span) {
  if (channel < latest_.size() && latest_[channel] && latest_[channel]->time <= span.end)
    latest_[channel]->power.reset();
}

const ChannelStates::Latest* ChannelStates::of(std::size_t channel) const {
  return channel < latest_.size() && latest_[channel] ? &*latest_[channel] : nullptr;
}

}  // namespace joulecast::session
