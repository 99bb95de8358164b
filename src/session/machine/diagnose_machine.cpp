#include "session/machine/diagnose_machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "sensors/support/gpu_cards.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::session {
namespace {
using sensors::Environment;
using trace::Component;
using trace::Quantity;

bool gives_energy(const trace::Channel& channel) {
  return channel.quantity == Quantity::energy || channel.quantity == Quantity::power;
}

/// Whether the sensor reads anything at all: it may know only devices that it cannot read.
bool gives_anything(const sensors::Sensor& sensor) {
  return std::ranges::any_of(sensor.channels(), [](const trace::Channel& channel) {
    return channel.provenance != Provenance::missing;
  });
}

/// Removes sudo for root: root does not need it, and containers often do not have it.
std::string for_this_user(std::string command) {
  constexpr std::string_view prefix = "sudo ";
  if (::geteuid() == 0 && command.starts_with(prefix)) command.erase(0, prefix.size());
  return command;
}

bool is_better(const trace::Channel& channel, const ComponentSource& than) {
  return channel.provenance < than.provenance;
}

/// The devices of a component that a sensor knows and none measures.
std::vector<ComponentSource> unmeasured_devices(const sensors::SensorSelection& selection,
                                                Component component) {
  std::set<std::string> known;
  for (const auto& [type, sensor] : selection.opened)
    for (const auto& channel : sensor->channels())
      if (channel.component == component && gives_energy(channel) &&
          channel.provenance != Provenance::missing)
        known.insert(channel.device);
  std::vector<ComponentSource> devices;
  for (const auto& [type, sensor] : selection.opened)
    for (const auto& channel : sensor->channels())
      if (channel.component == component && channel.provenance == Provenance::missing &&
          known.insert(channel.device).second)
        devices.push_back({component, channel.device, Provenance::missing, 0, "", channel.note});
  return devices;
}

std::vector<ComponentSource> component_sources(const sensors::SensorSelection& selection, bool has_gpu) {
  std::vector<ComponentSource> sources;
  for (const auto component : {Component::gpu, Component::cpu, Component::dram, Component::node}) {
    ComponentSource source;
    source.component = component;
    for (const auto& [type, sensor] : selection.opened)
      for (const auto& channel : sensor->channels()) {
        if (channel.component != component || !gives_energy(channel) || !is_better(channel, source)) continue;
        source = {component,   "", channel.provenance, channel.relative_uncertainty, std::string(type->name),
                  channel.note};
      }
    const auto unmeasured = unmeasured_devices(selection, component);
    // Every machine has a CPU and memory. A GPU or a whole-machine meter is reported as missing only if there
    // is one.
    const bool expected = component == Component::cpu || component == Component::dram ||
                          (component == Component::gpu && has_gpu && unmeasured.empty());
    if (expected || !source.sensor.empty()) sources.push_back(std::move(source));
    sources.insert(sources.end(), unmeasured.begin(), unmeasured.end());
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

Result<Diagnosis> diagnose_machine(const Environment& environment) {
  auto selection = sensors::open_sensors(environment, {});
  if (!selection) return propagate(selection.error());
  Diagnosis diagnosis;
  diagnosis.components = component_sources(*selection, sensors::has_gpu_board(environment));
  for (const auto& [type, sensor] : selection->opened) {
    if (gives_anything(*sensor)) {
      diagnosis.sources.push_back({type, SourceState::used, "", ""});
      continue;
    }
    const auto finding = type->probe(environment);
    diagnosis.sources.push_back({type, SourceState::unusable, finding.reason, for_this_user(finding.fix)});
  }
  for (const auto& [type, error] : selection->refused) {
    const auto finding = type->probe(environment);
    if (finding.usable)
      diagnosis.sources.push_back({type, SourceState::not_needed, to_string(error), ""});
    else
      diagnosis.sources.push_back({type, SourceState::unusable, finding.reason, for_this_user(finding.fix)});
  }
  for (auto& late : selection->late)  // probing it again would hang here too
    diagnosis.sources.push_back({&late.type(), SourceState::unusable, to_string(late.take().error()), ""});
  std::ranges::sort(diagnosis.sources, {},
                    [](const SourceFinding& source) { return std::pair(source.state, source.type->name); });
  diagnosis.store = diagnose_store();
  return diagnosis;
}

}  // namespace joulecast::session
