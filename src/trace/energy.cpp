#include "trace/energy.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "trace/missing_nodes.hpp"
#include "trace/segment_energy.hpp"

namespace joulecast::trace {
namespace {

bool is_energy_channel(const Channel& channel) {
  return (channel.quantity == Quantity::energy && channel.behaviour == Behaviour::counter) ||
         (channel.quantity == Quantity::power && channel.behaviour == Behaviour::gauge);
}

struct Candidate {
  const Trace* trace;
  SpanEnergy part;
};

/// A counter is preferred to a gauge of the same device unless it covers clearly less of the span.
constexpr double coverage_slack = 0.05;

bool better(const Candidate& a, const Candidate& b) {
  const auto& ca = a.trace->channel;
  const auto& cb = b.trace->channel;
  if (ca.provenance != cb.provenance) return ca.provenance < cb.provenance;
  if (a.part.coverage() > b.part.coverage() + coverage_slack) return true;
  if (b.part.coverage() > a.part.coverage() + coverage_slack) return false;
  return ca.behaviour == Behaviour::counter && cb.behaviour != Behaviour::counter;
}

/// A counter that stood still for the whole span is known to have lost its energy, not to have counted 0 J.
bool tells_energy(const SpanEnergy& part) {
  return part.covered > Seconds{0} || (part.filled > Seconds{0} && part.energy > Joules{0});
}

using DeviceKey = std::tuple<std::string, Component, std::string>;  // node, component, device

using Measure = Result<SpanEnergy> (*)(const Trace&, Span, IntegrationOptions);

/// What the choice of a channel depends on: how much of the span it covers. Its energy, for which every
/// reading is read, is left out where it changes nothing.
Result<SpanEnergy> coverage_in(const Trace& trace, Span span, IntegrationOptions options) {
  constexpr double rounding = 1e-9;
  const auto inside = intersect(span, trace.span());
  SpanEnergy part;
  for (const auto& gap : trace.gaps) part.gap += intersect(gap, inside).length();
  part.covered = inside.length() - part.gap;
  part.outside = span.length() - inside.length();
  const bool any = part.covered > inside.length() * rounding;
  return any && options.longest_step == Seconds{0} ? part : integrate(trace, span, options);
}

/// The channel whose figure is taken for each device, in the order in which rows are shown.
std::vector<Candidate> choose_channels(const Run& run, Span span, IntegrationOptions options,
                                       Measure measure = integrate) {
  std::map<DeviceKey, Candidate> best;
  std::set<std::pair<std::string, Component>> has_measured;
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (!is_energy_channel(channel) || channel.component == Component::process) continue;
    const auto part = measure(trace, span, options);
    if (!part || !tells_energy(*part)) continue;
    const Candidate candidate{&trace, *part};
    if (channel.provenance == Provenance::measured) has_measured.insert({channel.node, channel.component});
    auto [slot, fresh] = best.try_emplace({channel.node, channel.component, channel.device}, candidate);
    if (!fresh && better(candidate, slot->second)) slot->second = candidate;
  }
  std::vector<Candidate> chosen;
  for (const auto& [key, candidate] : best) {
    const auto& channel = candidate.trace->channel;
    // A model replaces a missing meter and is never added to a meter.
    if (channel.provenance == Provenance::measured ||
        !has_measured.contains({channel.node, channel.component}))
      chosen.push_back(candidate);
  }
  const auto rank = [](const Candidate& c) {
    const auto& channel = c.trace->channel;
    constexpr auto after_numbers = std::numeric_limits<std::uint64_t>::max();  // GPU 2 before GPU 10
    return std::tuple(channel.node,
                      channel.component == Component::node ? -1 : static_cast<int>(channel.component),
                      parse_uint(channel.device).value_or(after_numbers), channel.device);
  };
  std::ranges::sort(chosen, {}, rank);
  return chosen;
}

/// A figure of all GPUs beside figures of single ones, as CodeCarbon's beside a log of nvidia-smi.
bool is_sum_of_gpus(const Candidate& candidate, const std::vector<Candidate>& chosen) {
  const auto& channel = candidate.trace->channel;
  return channel.component == Component::gpu && channel.device.empty() &&
         std::ranges::any_of(chosen, [&](const auto& other) {
           const auto& single = other.trace->channel;
           return single.component == Component::gpu && single.node == channel.node && !single.device.empty();
         });
}

/// Which of the chosen channels are added up. Channels contained in another chosen one are not. On a machine
/// with a meter for the whole, only that meter is.
std::vector<bool> choose_total(const std::vector<Candidate>& chosen) {
  std::set<std::pair<std::string, std::string>> names;
  std::set<std::string> metered_nodes;
  for (const auto& c : chosen) {
    names.insert({c.trace->channel.node, c.trace->channel.name});
    if (c.trace->channel.component == Component::node) metered_nodes.insert(c.trace->channel.node);
  }
  std::vector<bool> in_total;
  for (const auto& c : chosen) {
    const auto& channel = c.trace->channel;
    const bool contained = names.contains({channel.node, channel.contained_in}) || is_sum_of_gpus(c, chosen);
    const bool metered = channel.component != Component::node && metered_nodes.contains(channel.node);
    in_total.push_back(!contained && !metered);
  }
  return in_total;
}

ComponentEnergy row_of(const Candidate& candidate, bool in_total) {
  const auto& channel = candidate.trace->channel;
  ComponentEnergy row;
  row.component = channel.component;
  row.device = channel.device;
  row.node = channel.node;
  row.channel = channel.name;
  row.energy = candidate.part.energy;
  row.provenance = channel.provenance;
  const auto& part = candidate.part;
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

std::vector<const Trace*> traces_in_total(const Run& run, IntegrationOptions options) {
  const auto chosen = choose_channels(run, run.span, options, coverage_in);
  const auto in_total = choose_total(chosen);
  std::vector<const Trace*> traces;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (in_total[i]) traces.push_back(chosen[i].trace);
  return traces;
}

/// The union of the times of the traces, of which many have the same.
std::vector<double> all_times(const std::vector<const Trace*>& traces) {
  auto times = traces.front()->times;
  for (const auto* trace : traces) {
    if (trace->times == times) continue;
    std::vector<double> both;
    both.reserve(times.size() + trace->size());
    std::ranges::set_union(times, trace->times, std::back_inserter(both));
    times = std::move(both);
  }
  return times;
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

Result<Trace> total_energy(const Run& run, IntegrationOptions options) {
  if (!run.info.segments.empty()) return total_energy_of_segments(run, options);
  const auto traces = traces_in_total(run, options);
  if (traces.empty())
    return fail(ErrorKind::unavailable, run.info.id, "the run has no energy or power channel");
  Trace sum;
  sum.channel = traces.front()->channel;
  sum.times = all_times(traces);
  sum.values.assign(sum.times.size(), 0);
  for (const auto* trace : traces) {
    if (const auto added = add_accumulated(*trace, sum.times, options, sum.values, sum.gaps); !added)
      return propagate(added.error());
    sum.channel.provenance = worst(sum.channel.provenance, trace->channel.provenance);
  }
  // Several nodes' gaps may overlap: join them.
  std::ranges::sort(sum.gaps, {}, [](const Span& gap) { return gap.begin; });
  std::vector<Span> joined;
  for (const auto& gap : sum.gaps) {
    if (!joined.empty() && gap.begin <= joined.back().end)
      joined.back().end = std::max(joined.back().end, gap.end);
    else
      joined.push_back(gap);
  }
  sum.gaps = std::move(joined);
  sum.channel.name = "total_energy";
  sum.channel.quantity = Quantity::energy;
  sum.channel.behaviour = Behaviour::counter;
  sum.channel.component = Component::node;
  sum.channel.device.clear();
  sum.channel.contained_in.clear();
  return sum;
}

Result<Trace> total_power(const Run& run, IntegrationOptions options) {
  const auto traces = traces_in_total(run, options);
  if (run.info.segments.empty() && traces.size() == 1 &&
      traces.front()->channel.behaviour == Behaviour::gauge)
    return *traces.front();
  // A course of power has a line across its gaps, which are marked, and not a fall to 0 W.
  if (options.gaps == GapPolicy::bridge) options.gaps = GapPolicy::interpolate;
  auto energy = total_energy(run, options);
  if (!energy) return energy;
  auto power = std::move(*energy);  // in its place, since there may be many readings
  power.channel.name = "total_power";
  power.channel.quantity = Quantity::power;
  power.channel.behaviour = Behaviour::gauge;
  auto& [channel, times, values, gaps] = power;
  for (std::size_t i = 1; i < times.size(); ++i)
    values[i - 1] = (values[i] - values[i - 1]) / (times[i] - times[i - 1]);
  if (!times.empty()) {
    times.erase(times.begin());
    values.pop_back();
  }
  return power;
}

}  // namespace joulecast::trace
