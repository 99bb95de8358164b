// A sensor that plays a recorded run, at the pace of the given clock.
#include <algorithm>
#include <cmath>

#include "sensors/support/sensor.hpp"
#include "trace/integrate.hpp"

namespace joulecast::sensors {
namespace {
using trace::Behaviour;
using trace::Channel;
using trace::Trace;

constexpr double joules_per_count = 1e-6;
/// Seconds. The clock counts whole nanoseconds, and rounding may put it just behind the last sample.
constexpr double rounding = 1e-6;

class Replay : public Sensor {
 public:
  explicit Replay(const Environment& environment)
      : run_(environment.replay), clock_(environment.clock), opened_(clock_->steady()) {
    for (const auto& trace : run_->traces) {
      auto channel = trace.channel;
      channel.sensor = "replay";
      channel.wrap_range = 0;     // the recording has already resolved its wraps
      channel.may_be_off = true;  // and left out the zeros that were no readings
      channel.resolution = channel.behaviour == Behaviour::counter ? joules_per_count : 1;
      channel.note = channel.note.empty() ? "recorded" : "recorded: " + channel.note;
      channels_.push_back(std::move(channel));
    }
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const Seconds now = run_->span.begin + (clock_->steady() - opened_);
    for (std::size_t i = 0; i < run_->traces.size(); ++i) readings[i] = read_trace(run_->traces[i], now);
  }

 private:
  [[nodiscard]] static ChannelReading read_trace(const Trace& trace, Seconds now) {
    const auto& name = trace.channel.name;
    if (trace.empty() || now.value() > trace.times.back() + rounding)
      return fail(ErrorKind::gone, name, "the recording has ended");
    now = std::min(now, Seconds{trace.times.back()});
    const bool in_gap = std::ranges::any_of(trace.gaps, [&](const auto& gap) { return gap.contains(now); });
    const auto value = in_gap ? std::nullopt : trace::value_at(trace, now);
    if (!value) return fail(ErrorKind::retry, name, "nothing was recorded at this moment");
    if (trace.channel.behaviour == Behaviour::gauge) return trace::RawValue(*value);
    return trace::RawValue(static_cast<std::uint64_t>(std::llround(*value / joules_per_count)));
  }

  const trace::Run* run_;
  const Clock* clock_;
  SteadyTime opened_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_replay(const Environment& environment) {
  if (environment.replay == nullptr || environment.replay->traces.empty())
    return fail(ErrorKind::unavailable, "replay", "no recorded run was given");
  return std::make_unique<Replay>(environment);
}

Finding probe_replay(const Environment& environment) {
  if (environment.replay != nullptr && !environment.replay->traces.empty()) return {true, "", ""};
  return {false, "no recorded run was given", ""};
}

}  // namespace

extern const SensorType replay_sensor{
    .name = "replay",
    .description = "Plays a recorded run as if it were measured now",
    .lane = Lane::fast,
    .shortest_interval = Seconds{0.001},
    .probe = probe_replay,
    .open = open_replay,
    .needs = "a recorded run",
    .pitfalls = "its values were measured when it was recorded",
};

}  // namespace joulecast::sensors
