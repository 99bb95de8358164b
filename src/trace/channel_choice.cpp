#include "trace/channel_choice.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace joulecast::trace {
namespace {

/// A counter is preferred to a gauge of the same device unless it covers clearly less of the span.
constexpr double coverage_slack = 0.05;

bool better(const ChannelChoice& a, const ChannelChoice& b) {
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

std::vector<ChannelChoice> choose_by(const Run& run, Span span, IntegrationOptions options, Measure measure) {
  std::map<DeviceKey, ChannelChoice> best;
  std::set<std::pair<std::string, Component>> has_measured;
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (!is_energy_channel(channel) || channel.component == Component::process) continue;
    const auto part = measure(trace, span, options);
    if (!part || !tells_energy(*part)) continue;
    const ChannelChoice candidate{&trace, *part};
    if (channel.provenance == Provenance::measured) has_measured.insert({channel.node, channel.component});
    auto [slot, fresh] = best.try_emplace({channel.node, channel.component, channel.device}, candidate);
    if (!fresh && better(candidate, slot->second)) slot->second = candidate;
  }
  std::vector<ChannelChoice> chosen;
  for (const auto& [key, candidate] : best) {
    const auto& channel = candidate.trace->channel;
    // A model replaces a missing meter and is never added to a meter.
    if (channel.provenance == Provenance::measured ||
        !has_measured.contains({channel.node, channel.component}))
      chosen.push_back(candidate);
  }
  const auto rank = [](const ChannelChoice& c) {
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
bool is_sum_of_gpus(const ChannelChoice& candidate, const std::vector<ChannelChoice>& chosen) {
  const auto& channel = candidate.trace->channel;
  return channel.component == Component::gpu && channel.device.empty() &&
         std::ranges::any_of(chosen, [&](const auto& other) {
           const auto& single = other.trace->channel;
           return single.component == Component::gpu && single.node == channel.node && !single.device.empty();
         });
}

}  // namespace

bool is_energy_channel(const Channel& channel) {
  return (channel.quantity == Quantity::energy && channel.behaviour == Behaviour::counter) ||
         (channel.quantity == Quantity::power && channel.behaviour == Behaviour::gauge);
}

std::vector<ChannelChoice> choose_channels(const Run& run, Span span, IntegrationOptions options) {
  return choose_by(run, span, options, integrate);
}

std::vector<bool> choose_total(const std::vector<ChannelChoice>& chosen) {
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

std::vector<const Trace*> traces_in_total(const Run& run, IntegrationOptions options) {
  const auto chosen = choose_by(run, run.span, options, coverage_in);
  const auto in_total = choose_total(chosen);
  std::vector<const Trace*> traces;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (in_total[i]) traces.push_back(chosen[i].trace);
  return traces;
}

}  // namespace joulecast::trace
