#include "sampling/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace joulecast::sampling {
namespace {

/// The channel that a row's figure was taken from. If two have the same name, it is the counter.
const ChannelRecorder* source_of(const trace::ComponentEnergy& row,
                                 const std::vector<ChannelRecorder>& channels) {
  const ChannelRecorder* source = nullptr;
  for (const auto& recorder : channels) {
    const auto& channel = recorder.channel();
    if (recorder.gives_energy() && channel.name == row.channel && channel.component == row.component &&
        channel.device == row.device && (source == nullptr || recorder.is_counter()))
      source = &recorder;
  }
  return source;
}

/// As in trace::energy_of.
constexpr double coverage_slack = 0.05;

bool is_of_the_same_device(const trace::Channel& a, const trace::Channel& b) {
  return a.node == b.node && a.component == b.component && a.device == b.device &&
         a.provenance == Provenance::measured && b.provenance == Provenance::measured;
}

}  // namespace

Recorder::Recorder(const Sampler& sampler, SteadyTime run_start, trace::RunSink& sink)
    : start_(run_start), sink_(&sink) {
  follow(sampler);
}

void Recorder::follow(const Sampler& sampler) {
  for (auto i = static_cast<std::uint32_t>(channels_.size()); i < sampler.channels().size(); ++i)
    channels_.emplace_back(sampler.channels()[i], sampler.period(i), i, *sink_);
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const auto checked = [c](const CounterCheck& check) { return check.counter() == c; };
    if (!channels_[c].is_counter() || std::ranges::any_of(checks_, checked)) continue;
    const auto gauge = std::ranges::find_if(channels_, [&](const ChannelRecorder& other) {
      return other.gives_energy() && !other.is_counter() &&
             is_of_the_same_device(other.channel(), channels_[c].channel());
    });
    if (gauge != channels_.end())
      checks_.emplace_back(c, static_cast<std::size_t>(gauge - channels_.begin()));
  }
}

void Recorder::take(const std::vector<RawSample>& samples) {
  for (const auto& sample : samples) channels_[sample.channel].take(sample, sample.time - start_);
  check_counters(/*at_end=*/false);
  if (!samples.empty()) update_live();
}

void Recorder::finish() {
  for (auto& channel : channels_) channel.finish();
  check_counters(/*at_end=*/true);
  update_live();
}

void Recorder::check_counters(bool at_end) {
  for (auto& check : checks_) check.look(channels_[check.counter()], channels_[check.gauge()], at_end);
}

/// Whether the stored run will take the power of the counter's device, because the counter has lost more.
bool Recorder::is_outdone(const ChannelRecorder& counter) const {
  return std::ranges::any_of(checks_, [&](const CounterCheck& check) {
    return &channels_[check.counter()] == &counter &&
           channels_[check.gauge()].coverage() > counter.coverage() + coverage_slack;
  });
}

/// The same rules as the stored run's (trace::energy_of), on two points a channel.
void Recorder::update_live() {
  trace::Run run;
  std::map<std::string, Watts> powers;
  // Counters come first: reduced to two points, gauges look like counters, and energy_of keeps the first of
  // equal channels of a device.
  for (const bool counters : {true, false})
    for (const auto& channel : channels_) {
      if (!channel.gives_energy() || channel.is_counter() != counters) continue;
      if (counters && is_outdone(channel)) continue;
      auto summary = channel.summary();
      if (!summary.empty()) run.span.end = std::max(run.span.end, Seconds{summary.times.back()});
      if (const auto power = channel.power()) powers[channel.channel().name] = *power;
      run.traces.push_back(std::move(summary));
    }
  live_.energy = trace::energy_of(run);
  live_.until = run.span.end;
  live_.power.reset();
  for (const auto& row : live_.energy.components)
    if (const auto power = powers.find(row.channel); row.in_total && power != powers.end())
      live_.power = live_.power.value_or(Watts{0}) + power->second;
}

std::optional<Joules> Recorder::energy_until(Seconds time) const {
  if (time <= Seconds{0}) return Joules{0};
  for (const auto& channel : channels_)
    if (channel.is_beginning() && !channel.is_silent(live_.until)) return std::nullopt;
  std::optional<Joules> sum;
  for (const auto& row : live_.energy.components) {
    if (!row.in_total || !row.energy) continue;
    const auto energy = row_until(row, time);
    if (!energy) return std::nullopt;
    sum = sum.value_or(Joules{0}) + *energy;
  }
  return sum;
}

/// A source that has ended counts until its end.
std::optional<Joules> Recorder::row_until(const trace::ComponentEnergy& row, Seconds time) const {
  const auto* channel = source_of(row, channels_);
  auto energy = channel->energy_until(time);
  if (!energy && channel->is_silent(live_.until)) energy = channel->energy_until(*channel->last_time());
  return energy;
}

trace::RunEnergy Recorder::components_until(Seconds time) const {
  auto energy = live_.energy;
  for (auto& row : energy.components)
    if (const auto used = row.energy ? row_until(row, time) : std::nullopt) row.energy = *used;
  if (const auto total = energy_until(time)) energy.total = *total;
  return energy;
}

std::vector<std::string> Recorder::faults() const {
  std::vector<std::string> lines;
  for (const auto& channel : channels_)
    for (const auto& [fault, times] : channel.faults())
      lines.push_back(
          fmt::format("{}: {} ({} time{})", channel.channel().name, fault, times, times == 1 ? "" : "s"));
  for (const auto& check : checks_)
    if (const auto doubts = check.doubts())
      lines.push_back(fmt::format("{}: {}", channels_[check.counter()].channel().name, *doubts));
  return lines;
}

}  // namespace joulecast::sampling
