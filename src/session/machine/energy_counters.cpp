#include "session/machine/energy_counters.hpp"

#include <algorithm>

namespace joulecast::session {

void EnergyCounters::take(const trace::RunEnergy& energy) {
  for (const auto& row : energy.components) {
    if (!row.energy) continue;
    auto [slot, fresh] = counters_.try_emplace({row.component, row.device});
    auto& counter = slot->second;
    if (fresh) counter.channel = row.channel;
    const bool same = counter.channel == row.channel;
    const auto gain = same ? std::max(Joules{0}, *row.energy - counter.last) : Joules{0};
    counter.channel = row.channel;
    counter.last = *row.energy;
    counter.energy += gain;
    if (row.in_total) total_ += gain;
  }
}

void EnergyCounters::begin_again() {
  for (auto& [device, counter] : counters_) counter.last = Joules{0};
}

Joules EnergyCounters::of(const Device& device) const {
  const auto found = counters_.find(device);
  return found == counters_.end() ? Joules{0} : found->second.energy;
}

}  // namespace joulecast::session
