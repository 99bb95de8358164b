#include <algorithm>
#include <iterator>
#include <vector>

#include "trace/channel_choice.hpp"
#include "trace/energy.hpp"
#include "trace/segment_energy.hpp"

namespace joulecast::trace {
namespace {

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

}  // namespace

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
