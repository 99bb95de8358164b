#include "trace/energy.hpp"

#include <algorithm>
#include <set>

#include "trace/channel_choice.hpp"
#include "trace/missing_nodes.hpp"
#include "trace/segment_energy.hpp"

namespace joulecast::trace {
namespace {

ComponentEnergy row_of(const ChannelChoice& choice, bool in_total) {
  const auto& channel = choice.trace->channel;
  ComponentEnergy row;
  row.component = channel.component;
  row.device = channel.device;
  row.node = channel.node;
  row.channel = channel.name;
  row.energy = choice.part.energy;
  row.provenance = channel.provenance;
  const auto& part = choice.part;
  row.coverage = part.coverage();
  row.counted = part.covered + part.filled;
  row.not_measured = part.outside + part.gap - part.filled;
  row.relative_uncertainty = channel.relative_uncertainty;
  if (channel.relative_uncertainty > 0 && part.energy > Joules{0}) {
    const double guessed = part.guessed / part.energy;
    row.relative_uncertainty = channel.relative_uncertainty * (1 - guessed) + guessed;
  }
  row.in_total = in_total;
  return row;
}

/// "gpu", or "gpu GPU-5f3a" where it is one of several.
std::string missing_name(const ComponentEnergy& row) {
  std::string name = row.node.empty() ? "" : row.node + " ";
  name += name_of(row.component);
  return row.device.empty() ? name : name + " " + row.device;
}

bool is_part_of_another(const Run& run, const Channel& channel) {
  return !channel.contained_in.empty() && std::ranges::any_of(run.traces, [&](const Trace& other) {
    return other.channel.node == channel.node && other.channel.name == channel.contained_in;
  });
}

/// Devices that have a meter in name only: it gave no reading, or the source says that it cannot be read. A
/// model of the component stands in for such a device.
void add_unmeasured_devices(const Run& run, RunEnergy& energy) {
  std::set<DeviceKey> known;
  std::set<std::pair<std::string, Component>> modelled;
  std::set<std::string> metered_nodes;
  for (const auto& row : energy.components) {
    known.insert({row.node, row.component, row.device});
    if (row.provenance != Provenance::measured) modelled.insert({row.node, row.component});
    if (row.component == Component::node) metered_nodes.insert(row.node);
  }
  for (const auto& [channel, times, values, gaps] : run.traces) {
    const bool meter =
        channel.provenance == Provenance::measured || channel.provenance == Provenance::missing;
    if (!is_energy_channel(channel) || !meter || channel.component == Component::process) continue;
    if (modelled.contains({channel.node, channel.component}) || is_part_of_another(run, channel)) continue;
    if (!known.insert({channel.node, channel.component, channel.device}).second) continue;
    ComponentEnergy row;
    row.component = channel.component;
    row.device = channel.device;
    row.node = channel.node;
    row.channel = channel.name;
    row.provenance = Provenance::missing;
    row.in_total = false;
    energy.components.push_back(row);
    if (!metered_nodes.contains(channel.node)) energy.missing.push_back(missing_name(row));
  }
}

/// Every machine has a CPU and memory; a GPU is only expected if the run says so.
void add_missing(const Run& run, RunEnergy& energy) {
  const auto has = [&](Component component) {
    return std::ranges::any_of(energy.components,
                               [&](const auto& row) { return row.component == component; });
  };
  const auto is_metered = [](const auto& row) { return row.component == Component::node && row.energy; };
  if (std::ranges::any_of(energy.components, is_metered)) return;
  std::vector<Component> expected{Component::cpu, Component::dram};
  if (!run.info.training.gpu.empty() || run.info.training.gpu_count.value_or(0) > 0 || !run.host.gpus.empty())
    expected.insert(expected.begin(), Component::gpu);
  for (const auto component : expected) {
    if (has(component)) continue;
    ComponentEnergy row;
    row.component = component;
    row.provenance = Provenance::missing;
    row.in_total = false;
    energy.components.push_back(row);
    energy.missing.push_back(missing_name(row));
  }
}

void add_up(RunEnergy& energy, Span span) {
  double total = 0, seen = 0, uncertain = 0;
  Watts power{0};
  Seconds not_measured{0};
  bool any = false;
  Provenance provenance = Provenance::measured;
  for (const auto& row : energy.components) {
    if (!row.in_total || !row.energy) continue;
    any = true;
    total += row.energy->value();
    seen += row.coverage * row.energy->value();
    uncertain += row.relative_uncertainty * row.energy->value();
    if (row.counted > Seconds{0}) power += *row.energy / row.counted;
    not_measured = std::max(not_measured, row.not_measured);
    provenance = worst(provenance, row.provenance);
  }
  if (!any) return;
  energy.total = Joules{total};
  constexpr double least_share = 0.01;
  if (not_measured > std::max(Seconds{1}, span.length() * least_share)) energy.not_measured = not_measured;
  if (power > Watts{0} || total == 0) energy.mean_power = power;
  energy.provenance = provenance;
  energy.coverage = total > 0 ? seen / total : 0;
  // Added linearly, as if all parts were wrong in the same direction. This is cautious, because models share
  // their inputs.
  energy.relative_uncertainty = total > 0 ? uncertain / total : 0;
}

/// Recorded epoch energies, for a run without any trace.
RunEnergy energy_of_epochs(const Run& run, Span span) {
  RunEnergy energy;
  ComponentEnergy row;
  row.component = Component::other;
  row.channel = "epochs";
  Seconds covered{0};
  for (const auto& epoch : run.epochs) {
    if (!epoch.energy || epoch.span.length() <= Seconds{0}) continue;
    const auto part = intersect(epoch.span, span).length();
    if (part <= Seconds{0}) continue;
    row.energy = row.energy.value_or(Joules{0}) + *epoch.energy * (part / epoch.span.length());
    covered += part;
  }
  if (row.energy) {
    row.coverage = span.length() > Seconds{0} ? covered / span.length() : 1;
    row.counted = covered;
    row.not_measured = span.length() - covered;
    energy.components.push_back(row);
  }
  return energy;
}

std::vector<std::optional<Joules>> sums_over(const std::vector<const Trace*>& traces,
                                             std::span<const Span> spans, IntegrationOptions options) {
  std::vector<std::optional<Joules>> sums(spans.size());
  for (const auto* trace : traces) {
    const auto parts = integrate(*trace, spans, options);
    for (std::size_t i = 0; parts && i < spans.size(); ++i)
      if (const auto& part = (*parts)[i]; part.covered + part.filled > Seconds{0})
        sums[i] = sums[i].value_or(Joules{0}) + part.energy;
  }
  return sums;
}

/// From the traces, or as recorded where there is none.
template <class Part>
std::vector<std::optional<Joules>> energies_of_parts(const Run& run, const std::vector<Part>& parts,
                                                     IntegrationOptions options) {
  if (!traces_in_total(run, options).empty()) {
    std::vector<Span> spans;
    for (const auto& part : parts) spans.push_back(part.span);
    return span_energies(run, spans, options);
  }
  std::vector<std::optional<Joules>> energies;
  for (const auto& part : parts) energies.push_back(part.energy);
  return energies;
}

}  // namespace

RunEnergy energy_of(const Run& run, Span span, IntegrationOptions options) {
  if (!run.info.segments.empty()) return energy_of_segments(run, span, options);
  const auto chosen = choose_channels(run, span, options);
  RunEnergy energy;
  if (chosen.empty()) {
    energy = energy_of_epochs(run, span);
    if (energy.components.empty()) add_unmeasured_devices(run, energy);
  } else {
    const auto in_total = choose_total(chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i)
      energy.components.push_back(row_of(chosen[i], in_total[i]));
    add_unmeasured_devices(run, energy);
    add_missing(run, energy);
  }
  add_up(energy, span);
  std::set<std::string> nodes;
  for (const auto& row : energy.components)
    if (row.energy) nodes.insert(row.node);
  energy.coverage *= measured_share(run, span, nodes.size());
  return energy;
}

RunEnergy energy_of(const Run& run) {
  return energy_of(run, run.span);
}

std::vector<std::optional<Joules>> span_energies(const Run& run, std::span<const Span> spans,
                                                 IntegrationOptions options) {
  if (!run.info.segments.empty()) return span_energies_of_segments(run, spans, options);
  return sums_over(traces_in_total(run, options), spans, options);
}

std::vector<std::optional<Joules>> epoch_energies(const Run& run, IntegrationOptions options) {
  return energies_of_parts(run, run.epochs, options);
}

std::vector<std::optional<Joules>> phase_energies(const Run& run, IntegrationOptions options) {
  return energies_of_parts(run, run.phases, options);
}

}  // namespace joulecast::trace
