#include "session/machine/inspect_sensors.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.hpp"
#include "sensors/support/gpu_cards.hpp"
#include "trace/counter.hpp"

namespace joulecast::session {
namespace {
using sensors::ChannelReading;
using sensors::Environment;
using trace::Behaviour;
using trace::Component;
using trace::Quantity;

bool gives_energy(const trace::Channel& channel) {
  return channel.quantity == Quantity::energy || channel.quantity == Quantity::power;
}

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

/// A root shell has no need of sudo, and a container often has none.
std::string for_this_user(std::string command) {
  constexpr std::string_view prefix = "sudo ";
  if (::geteuid() == 0 && command.starts_with(prefix)) command.erase(0, prefix.size());
  return command;
}

bool is_better(const trace::Channel& channel, const ComponentSource& than) {
  return channel.provenance < than.provenance;
}

std::vector<ComponentSource> component_sources(const sensors::SensorSelection& selection, bool has_gpu) {
  std::vector<ComponentSource> sources;
  for (const auto component : {Component::gpu, Component::cpu, Component::dram, Component::node}) {
    ComponentSource source;
    source.component = component;
    for (const auto& [type, sensor] : selection.opened)
      for (const auto& channel : sensor->channels()) {
        if (channel.component != component || !gives_energy(channel) || !is_better(channel, source)) continue;
        source = {component, channel.provenance, channel.relative_uncertainty, std::string(type->name),
                  channel.note};
      }
    // Every machine has a CPU and memory. A GPU or a meter of its own that is not there is not missing.
    const bool expected = component == Component::cpu || component == Component::dram ||
                          (component == Component::gpu && has_gpu);
    if (expected || !source.sensor.empty()) sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace

std::string_view name_of(SourceState state) {
  switch (state) {
    case SourceState::used:
      return "used";
    case SourceState::not_needed:
      return "not needed";
    case SourceState::unusable:
      break;
  }
  return "unusable";
}

Result<std::vector<SensorNow>> look_at_sensors(const Environment& environment,
                                               const std::vector<std::string>& names, Seconds between) {
  auto selection = sensors::open_sensors(environment, names);
  if (!selection) return propagate(selection.error());
  std::vector<Look> first;
  for (auto& [type, sensor] : selection->opened) first.push_back(look(*sensor, *environment.clock));
  std::this_thread::sleep_for(std::chrono::duration<double>(between.value()));
  std::vector<SensorNow> sensors;
  for (std::size_t s = 0; s < selection->opened.size(); ++s) {
    auto& [type, sensor] = selection->opened[s];
    const auto second = look(*sensor, *environment.clock);
    SensorNow now{type, "", {}};
    for (std::size_t i = 0; i < sensor->channels().size(); ++i)
      now.channels.push_back(channel_now(sensor->channels()[i], first[s], second, i));
    sensors.push_back(std::move(now));
  }
  for (const auto& [type, error] : selection->refused) sensors.push_back({type, to_string(error), {}});
  for (auto& late : selection->late) sensors.push_back({&late.type(), to_string(late.take().error()), {}});
  return sensors;
}

Result<Diagnosis> diagnose(const Environment& environment) {
  auto selection = sensors::open_sensors(environment, {});
  if (!selection) return propagate(selection.error());
  Diagnosis diagnosis;
  diagnosis.components = component_sources(*selection, sensors::has_gpu_board(environment));
  for (const auto& [type, sensor] : selection->opened)
    diagnosis.sources.push_back({type, SourceState::used, "", ""});
  for (const auto& [type, error] : selection->refused) {
    const auto finding = type->probe(environment);
    if (finding.usable)
      diagnosis.sources.push_back({type, SourceState::not_needed, to_string(error), ""});
    else
      diagnosis.sources.push_back({type, SourceState::unusable, finding.reason, for_this_user(finding.fix)});
  }
  for (auto& late : selection->late)  // asking it again would only hang here
    diagnosis.sources.push_back({&late.type(), SourceState::unusable, to_string(late.take().error()), ""});
  std::ranges::sort(diagnosis.sources, {},
                    [](const SourceFinding& source) { return std::pair(source.state, source.type->name); });
  return diagnosis;
}

nlohmann::ordered_json to_json(const std::vector<SensorNow>& sensors) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& sensor : sensors) {
    auto channels = nlohmann::ordered_json::array();
    for (const auto& [channel, value, unit, error] : sensor.channels) {
      nlohmann::ordered_json entry{{"name", channel.name},
                                   {"quantity", name_of(channel.quantity)},
                                   {"behaviour", name_of(channel.behaviour)},
                                   {"component", name_of(channel.component)},
                                   {"device", channel.device},
                                   {"device_name", channel.device_name},
                                   {"provenance", name_of(channel.provenance)},
                                   {"update_period_s", nullptr},
                                   {"averaging_window_s", nullptr},
                                   {"relative_uncertainty", nullptr},
                                   {"contained_in", channel.contained_in},
                                   {"note", channel.note},
                                   {"value", nullptr},
                                   {"unit", unit},
                                   {"error", error}};
      if (channel.update_period > Seconds{0}) entry["update_period_s"] = channel.update_period.value();
      if (channel.averaging_window > Seconds{0})
        entry["averaging_window_s"] = channel.averaging_window.value();
      if (channel.relative_uncertainty > 0) entry["relative_uncertainty"] = channel.relative_uncertainty;
      if (value) entry["value"] = *value;
      channels.push_back(std::move(entry));
    }
    list.push_back({{"name", sensor.type->name},
                    {"description", sensor.type->description},
                    {"used", sensor.unused_because.empty()},
                    {"reason", sensor.unused_because},
                    {"channels", std::move(channels)}});
  }
  return {{"sensors", std::move(list)}};
}

nlohmann::ordered_json to_json(const Diagnosis& diagnosis) {
  auto components = nlohmann::ordered_json::array();
  for (const auto& source : diagnosis.components)
    components.push_back({{"component", name_of(source.component)},
                          {"provenance", name_of(source.provenance)},
                          {"sensor", source.sensor},
                          {"relative_uncertainty", source.relative_uncertainty > 0
                                                       ? nlohmann::ordered_json(source.relative_uncertainty)
                                                       : nlohmann::ordered_json(nullptr)},
                          {"note", source.note}});
  auto sources = nlohmann::ordered_json::array();
  for (const auto& source : diagnosis.sources)
    sources.push_back({{"name", source.type->name},
                       {"description", source.type->description},
                       {"state", name_of(source.state)},
                       {"reason", source.reason},
                       {"fix", source.fix}});
  return {{"components", std::move(components)}, {"sources", std::move(sources)}};
}

std::string value_text(const ChannelNow& now) {
  if (!now.value) return now.error.empty() ? "unknown" : "(" + now.error + ")";
  const double value = *now.value;
  switch (now.channel.quantity) {
    case Quantity::energy:
    case Quantity::power:
      return to_text(Watts{value});
    case Quantity::utilisation:
    case Quantity::memory_utilisation:
    case Quantity::process_cpu:
      return fmt::format("{:.1f} %", 100 * value);
    case Quantity::memory_used:
    case Quantity::process_memory:
      return fmt::format("{:.2f} GB", value / 1e9);
    case Quantity::temperature:
      return fmt::format("{:.0f} °C", value);
    case Quantity::frequency:
      return fmt::format("{:.2f} GHz", value / 1e9);
  }
  return fmt::format("{:g} {}", value, now.unit);
}

}  // namespace joulecast::session
