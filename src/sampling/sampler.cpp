#include "sampling/sampler.hpp"

#include <algorithm>

#include "sampling/lane.hpp"

namespace joulecast::sampling {
namespace {

constexpr double readings_per_wrap = 4;  ///< so that a wrapping counter is never ambiguous
constexpr Seconds shortest_period{0.0005};
constexpr double rare_readings = 1.5;  ///< of the interval that was asked for

/// How often a sensor is read: as requested, but not faster than it can, and often enough for its counters'
/// wraps.
Seconds period_of(const sensors::OpenedSensor& open, Seconds interval) {
  auto period = std::max(interval, open.type->shortest_interval);
  for (const auto& channel : open.sensor->channels()) {
    if (channel.wrap_range == 0 || channel.plausible_maximum <= Watts{0}) continue;
    const Joules range{static_cast<double>(channel.wrap_range) * channel.resolution};
    period = std::min(period, range / channel.plausible_maximum / readings_per_wrap);
  }
  return std::max(period, shortest_period);
}

}  // namespace

Sampler::Sampler(std::vector<sensors::OpenedSensor> sensors, SamplerOptions options, const Clock& clock)
    : options_(options), clock_(clock) {
  std::vector<Source> by_lane[3];
  for (auto& open : sensors) {
    auto& lane = by_lane[static_cast<std::size_t>(open.type->lane)];
    lane.push_back(source_of(std::move(open)));
  }
  for (auto& sources : by_lane)
    if (!sources.empty()) lanes_.push_back(std::make_shared<Lane>(std::move(sources), clock));
}

Sampler::Source Sampler::source_of(sensors::OpenedSensor open) {
  const auto& channels = open.sensor->channels();
  Source source;
  source.first_channel = static_cast<std::uint32_t>(channels_.size());
  source.period = period_of(open, options_.interval);
  source.readings.assign(channels.size(), trace::RawValue{0.0});
  for (const auto& channel : channels) source.ended.push_back(channel.provenance == Provenance::missing);
  source.status.sensor = open.type->name;
  source.status.used = true;
  for (const auto& channel : channels)
    if (channel.provenance == Provenance::missing)
      source.status.reason += (source.status.reason.empty() ? "" : "; ") + channel.note;
  channels_.insert(channels_.end(), channels.begin(), channels.end());
  periods_.resize(channels_.size(), source.period);
  source.open = std::move(open);
  return source;
}

Status Sampler::add(sensors::OpenedSensor sensor) {
  const auto channels = channels_.size();
  std::vector<Source> sources;
  sources.push_back(source_of(std::move(sensor)));
  auto lane = std::make_shared<Lane>(std::move(sources), clock_);
  if (const auto started = lane->start(); !started) {
    channels_.resize(channels);
    periods_.resize(channels);
    return started;
  }
  lanes_.push_back(std::move(lane));
  return {};
}

Sampler::~Sampler() {
  stop();
}

const std::vector<trace::Channel>& Sampler::channels() const {
  return channels_;
}
Seconds Sampler::period(std::uint32_t channel) const {
  return periods_.at(channel);
}

void Sampler::when_read(std::function<void()> call) {
  // Lanes are in the order of their latency.
  for (auto lane = lanes_.rbegin(); lane != lanes_.rend(); ++lane) {
    if ((*lane)->tick() > rare_readings * options_.interval) continue;
    (*lane)->when_read(std::move(call));
    return;
  }
}

Status Sampler::start() {
  for (const auto& lane : lanes_)
    if (const auto started = lane->start(); !started) return started;
  for (const auto& lane : lanes_) lane->wait_for_first(options_.first_read_limit);
  return {};
}

void Sampler::read_now(Seconds limit) {
  std::vector<Lane*> asked;
  for (const auto& lane : lanes_)
    if (lane->ask_to_read()) asked.push_back(lane.get());
  for (auto* lane : asked) lane->wait_for_asked(limit);
}

void Sampler::drain(std::vector<RawSample>& samples) {
  for (const auto& lane : lanes_) lane->drain(samples);
}

void Sampler::stop() {
  for (const auto& lane : lanes_) lane->ask_to_stop();
  // A thread that hangs in a driver is left behind: it keeps its lane alive and touches nothing else.
  for (const auto& lane : lanes_) lane->wait_for_end(options_.stop_limit);
}

std::vector<trace::SensorStatus> Sampler::statuses() const {
  std::vector<trace::SensorStatus> statuses;
  for (const auto& lane : lanes_) lane->add_statuses(statuses);
  return statuses;
}

std::uint64_t Sampler::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->dropped();
  return sum;
}

}  // namespace joulecast::sampling
