#include "session/machine/node_reading.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace joulecast::session {
namespace {

using trace::Quantity;

/// A channel that was not read for this many periods, and for a minimum time, is silent.
constexpr double silent_periods = 3;
constexpr Seconds silent_after{5};

bool is_counter(const trace::Channel& channel) {
  return channel.quantity == Quantity::energy && channel.behaviour == trace::Behaviour::counter;
}

/// No device draws exactly nothing; only a part of one, or a rail, may be off.
bool always_moves(const trace::Channel& channel) {
  return is_counter(channel) && !channel.may_be_off && channel.contained_in.empty();
}

bool is_shown_gauge(const trace::Channel& channel) {
  const bool energy = channel.quantity == Quantity::energy || channel.quantity == Quantity::power;
  return !energy && channel.component != trace::Component::process &&
         channel.provenance != Provenance::missing;
}

}  // namespace

NodeReading::NodeReading(sensors::SensorSelection selection, Seconds interval, const Clock& clock)
    : meters_(std::move(selection), interval, clock),
      clock_(clock),
      start_(clock.steady()),
      started_(clock.wall()),
      recorder_(meters_.sampler(), start_, latest_) {
  expect_channels();
}

Status NodeReading::start() {
  return meters_.sampler().start();
}

void NodeReading::expect_channels() {
  std::vector<bool> counters;
  for (const auto& channel : meters_.channels()) counters.push_back(is_counter(channel));
  latest_.expect(std::move(counters));
  ended_.resize(meters_.channels().size());
  for (auto i = static_cast<std::uint32_t>(periods_.size()); i < meters_.channels().size(); ++i)
    periods_.push_back(meters_.sampler().period(i));
}

void NodeReading::take(EnergyCounters& counters) {
  if (!meters_.take_late().empty()) {
    recorder_.follow(meters_.sampler());
    expect_channels();
  }
  const auto& samples = meters_.drain();
  for (const auto& sample : samples)
    if (sample.kind == sampling::RawSample::Kind::ended) ended_[sample.channel] = true;
  recorder_.take(samples);
  counters.take(recorder_.live().energy);
}

Seconds NodeReading::patience_with(std::size_t channel) const {
  const auto& described = meters_.channels()[channel];
  const auto period = std::max(periods_[channel], described.update_period);
  return std::max(silent_after, period * silent_periods) + described.lag;
}

bool NodeReading::is_up(std::size_t channel, Seconds now) const {
  const auto* latest = latest_.of(channel);
  if (latest == nullptr || ended_[channel]) return false;
  const bool moves = always_moves(meters_.channels()[channel]);
  return now - (moves ? latest->changed : latest->time) <= patience_with(channel);
}

std::optional<Watts> NodeReading::power_of(std::size_t channel, Seconds now) const {
  if (!is_up(channel, now)) return std::nullopt;
  const auto& latest = *latest_.of(channel);
  if (!is_counter(meters_.channels()[channel])) return Watts{latest.value};
  // What may be off is off if its counter stands still.
  if (now - latest.changed > patience_with(channel)) return Watts{0};
  return latest.power;
}

MeterState NodeReading::meter_of(const trace::ComponentEnergy& row, Seconds now) const {
  MeterState meter;
  meter.component = row.component;
  meter.device = row.device;
  meter.channel = row.channel;
  meter.provenance = row.provenance;
  meter.in_total = row.in_total;
  const auto& channels = meters_.channels();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& channel = channels[i];
    if (channel.name != row.channel || channel.component != row.component || channel.device != row.device)
      continue;
    meter.device_name = channel.device_name;
    meter.sensor = channel.sensor;
    const auto* latest = latest_.of(i);
    if (latest == nullptr) continue;
    meter.up = is_up(i, now);
    meter.last_reading = WallTime{started_.ns + static_cast<std::int64_t>(latest->time.value() * 1e9)};
    meter.power = power_of(i, now);
    if (is_counter(channel)) break;
  }
  return meter;
}

void NodeReading::describe(NodeState& state, const EnergyCounters& counters) {
  const auto now = clock_.steady() - start_;
  const auto& energy = recorder_.live().energy;
  state.at = clock_.wall();
  state.missing = energy.missing;
  state.total = counters.total();
  state.dropped_readings = meters_.sampler().dropped();
  std::optional<Watts> power;
  bool all_known = true;
  for (const auto& row : energy.components) {
    if (!row.energy) continue;
    auto& meter = state.meters.emplace_back(meter_of(row, now));
    meter.energy = counters.of({row.component, row.device});
    if (!row.in_total) continue;
    all_known = all_known && meter.power;
    if (meter.power) power = power.value_or(Watts{0}) + *meter.power;
  }
  if (all_known) state.power = power;
  add_gauges(state, now);
  add_sensors(state, now);
}

void NodeReading::add_gauges(NodeState& state, Seconds now) const {
  std::set<std::tuple<trace::Quantity, trace::Component, std::string>> known;
  const auto& channels = meters_.channels();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& [quantity, component, device] =
        std::tie(channels[i].quantity, channels[i].component, channels[i].device);
    if (!is_shown_gauge(channels[i]) || !is_up(i, now)) continue;
    if (!known.insert({quantity, component, device}).second) continue;
    state.gauges.push_back({quantity, component, device, latest_.of(i)->value});
  }
}

void NodeReading::add_sensors(NodeState& state, Seconds now) {
  const auto lost = ended();
  std::set<std::string_view> answering;
  const auto& channels = meters_.channels();
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (is_up(i, now)) answering.insert(channels[i].sensor);
  for (const auto& status : meters_.sampler().statuses()) {
    const bool up = answering.contains(status.sensor) && !lost.contains(status.sensor);
    state.sensors.push_back(
        {status.sensor, up, up ? "" : status.reason, status.readings, status.failed_readings});
  }
}

std::map<std::string, std::size_t> NodeReading::ended() const {
  std::map<std::string, std::size_t> sensors;
  const auto& channels = meters_.channels();
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (ended_[i]) sensors[channels[i].sensor] = 0;
  for (const auto& channel : channels)
    if (const auto sensor = sensors.find(channel.sensor); sensor != sensors.end()) ++sensor->second;
  return sensors;
}

}  // namespace joulecast::session
