#include "sampling/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace joulecast::sampling {
namespace {

constexpr std::size_t history_length = 8192;

}  // namespace

Recorder::Recorder(const Sampler& sampler, SteadyTime run_start, RecordSink& sink)
    : start_(run_start), sink_(&sink) {
  follow(sampler);
}

void Recorder::follow(const Sampler& sampler) {
  for (auto i = static_cast<std::uint32_t>(channels_.size()); i < sampler.channels().size(); ++i)
    channels_.emplace_back(sampler.channels()[i], sampler.period(i), i, *sink_);
}

void Recorder::take(const std::vector<RawSample>& samples) {
  for (const auto& sample : samples) channels_[sample.channel].take(sample, sample.time - start_);
  if (!samples.empty()) update_live();
}

void Recorder::finish() {
  for (auto& channel : channels_) channel.finish();
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
      auto summary = channel.summary();
      if (summary.empty()) continue;
      run.span.end = std::max(run.span.end, Seconds{summary.times.back()});
      if (const auto power = channel.power()) powers[channel.channel().name] = *power;
      run.traces.push_back(std::move(summary));
    }
  live_.energy = trace::energy_of(run);
  live_.until = run.span.end;
  live_.power.reset();
  double lagging = 0;
  for (const auto& row : live_.energy.components) {
    const auto power = powers.find(row.channel);
    if (!row.in_total || power == powers.end()) continue;
    live_.power = live_.power.value_or(Watts{0}) + power->second;
    // A slow source has no reading of the last moments yet: its last known power is used for them.
    lagging += (power->second * run.span.length()).value() * (1 - row.coverage);
  }
  if (!live_.energy.total || live_.until <= Seconds{0}) return;
  const double sum = live_.energy.total->value() + lagging;
  if (sums_.empty() || sums_.back().first < live_.until.value()) sums_.emplace_back(live_.until.value(), sum);
  if (sums_.size() > history_length) sums_.pop_front();
}

std::optional<Joules> Recorder::energy_until(Seconds time) const {
  const double t = time.value();
  if (t <= 0) return Joules{0};
  if (sums_.empty() || t > sums_.back().first) return std::nullopt;
  const auto after = std::ranges::lower_bound(sums_, t, {}, &std::pair<double, double>::first);
  // Older than we remember
  if (after == sums_.begin() && sums_.size() == history_length) return std::nullopt;
  const auto before = after == sums_.begin() ? std::pair{0.0, 0.0} : *std::prev(after);
  const double share = (t - before.first) / (after->first - before.first);
  return Joules{before.second + share * (after->second - before.second)};
}

std::vector<std::string> Recorder::faults() const {
  std::vector<std::string> lines;
  for (const auto& channel : channels_)
    for (const auto& [fault, times] : channel.faults())
      lines.push_back(
          fmt::format("{}: {} ({} time{})", channel.channel().name, fault, times, times == 1 ? "" : "s"));
  return lines;
}

}  // namespace joulecast::sampling
