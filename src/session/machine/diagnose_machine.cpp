#include "session/machine/diagnose_machine.hpp"

#include <unistd.h>

#include <algorithm>

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

/// Removes sudo for root: root does not need it, and containers often do not have it.
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
    // Every machine has a CPU and memory. A GPU or a whole-machine meter is reported as missing only if there
    // is one.
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

Result<Diagnosis> diagnose_machine(const Environment& environment) {
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
  for (auto& late : selection->late)  // probing it again would hang here too
    diagnosis.sources.push_back({&late.type(), SourceState::unusable, to_string(late.take().error()), ""});
  std::ranges::sort(diagnosis.sources, {},
                    [](const SourceFinding& source) { return std::pair(source.state, source.type->name); });
  return diagnosis;
}

}  // namespace joulecast::session
