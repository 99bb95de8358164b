// Which of a run's channels tell its energy, so that nothing is counted twice.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "trace/integrate.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {

using DeviceKey = std::tuple<std::string, Component, std::string>;  ///< node, component, device

/// The channel that was chosen for a device, and what it tells of the span.
struct ChannelChoice {
  const Trace* trace;
  SpanEnergy part;
};

/// A counter of energy or a gauge of power.
[[nodiscard]] bool is_energy_channel(const Channel& channel);

/// The channel whose figure is taken for each device, in the order in which rows are shown. The choices point
/// into the run.
[[nodiscard]] std::vector<ChannelChoice> choose_channels(const Run& run, Span span,
                                                         IntegrationOptions options);

/// Which of the chosen channels are added up. Channels contained in another chosen one are not. On a machine
/// with a meter for the whole, only that meter is.
[[nodiscard]] std::vector<bool> choose_total(const std::vector<ChannelChoice>& chosen);

/// The traces that make up the whole run's total. They point into the run.
[[nodiscard]] std::vector<const Trace*> traces_in_total(const Run& run, IntegrationOptions options);

}  // namespace joulecast::trace
