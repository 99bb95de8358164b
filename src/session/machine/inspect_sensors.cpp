#include "session/machine/inspect_sensors.hpp"

#include <chrono>
#include <thread>

#include "trace/counter.hpp"

namespace joulecast::session {
namespace {
using sensors::ChannelReading;
using trace::Behaviour;
using trace::Quantity;

/// All channels of a sensor, read once.
struct Look {
  SteadyTime time;
  std::vector<ChannelReading> readings;
};

Look look(sensors::Sensor& sensor, const Clock& clock) {
  Look look;
  look.readings.assign(sensor.channels().size(), ChannelReading(trace::RawValue(0.0)));
  const auto before = clock.steady();
  sensor.read(look.readings);
  look.time = SteadyTime{before.ns + (clock.steady().ns - before.ns) / 2};
  return look;
}

ChannelNow channel_now(const trace::Channel& channel, const Look& first, const Look& second, std::size_t i) {
  ChannelNow now{channel, std::nullopt, std::string(unit_of(channel.quantity)), ""};
  if (channel.provenance == Provenance::missing) {
    now.error = channel.note;
    return now;
  }
  if (!second.readings[i]) {
    now.error = to_string(second.readings[i].error());
    return now;
  }
  if (channel.quantity != Quantity::energy || channel.behaviour != Behaviour::counter) {
    const auto* gauge = std::get_if<double>(&*second.readings[i]);
    if (gauge != nullptr) now.value = *gauge;
    return now;
  }
  now.unit = unit_of(Quantity::power);
  const auto* count = std::get_if<std::uint64_t>(&*second.readings[i]);
  const auto* before = first.readings[i] ? std::get_if<std::uint64_t>(&*first.readings[i]) : nullptr;
  if (count == nullptr || before == nullptr) {
    now.error = "the counter answered only once";
    return now;
  }
  trace::CounterDecoder decoder(channel);
  decoder.step(first.time, *before);
  const auto step = decoder.step(second.time, *count);
  if (step.usable())
    now.value = (step.energy / (second.time - first.time)).value();
  else
    now.error = "the counter jumped between two looks";
  return now;
}

}  // namespace

Result<SensorsNow> inspect_sensors(const SensorsRequest& request, sensors::Environment environment) {
  environment.gpus = request.gpus;
  auto selection = sensors::open_sensors(environment, request.sensors);
  if (!selection) return propagate(selection.error());
  std::vector<Look> first;
  for (auto& [type, sensor] : selection->opened) first.push_back(look(*sensor, *environment.clock));
  std::this_thread::sleep_for(std::chrono::duration<double>(request.between.value()));
  SensorsNow now;
  for (std::size_t s = 0; s < selection->opened.size(); ++s) {
    auto& [type, sensor] = selection->opened[s];
    const auto second = look(*sensor, *environment.clock);
    SensorNow& one = now.sensors.emplace_back(SensorNow{type, "", {}});
    for (std::size_t i = 0; i < sensor->channels().size(); ++i)
      one.channels.push_back(channel_now(sensor->channels()[i], first[s], second, i));
  }
  for (const auto& [type, error] : selection->refused) now.sensors.push_back({type, to_string(error), {}});
  for (auto& late : selection->late)
    now.sensors.push_back({&late.type(), to_string(late.take().error()), {}});
  return now;
}

}  // namespace joulecast::session
