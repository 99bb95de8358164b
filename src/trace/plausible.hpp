// Which values cannot be measurements: shared by what is measured now and what is imported.
#pragma once

#include <optional>

#include "trace/channel.hpp"

namespace joulecast::trace {

/// The most that one device of this component may draw for a moment. Boards exceed their limit in short
/// peaks, so a known `limit` is taken three times; without one it is above anything that is sold. 0 for a
/// component without a bound.
[[nodiscard]] Watts most_of(Component component, std::optional<Watts> limit = std::nullopt);

/// Whether 0 W cannot be a reading of this channel: a board, a CPU or a machine that is on draws something,
/// and drivers say 0 for what they cannot read. A model, and a part inside another channel, may well be at 0.
[[nodiscard]] bool always_draws_power(const Channel& channel);

/// Whether a channel may have this value: a number, not negative unless it is a temperature, a power not
/// above the channel's plausible maximum, and not 0 W where something always draws power.
[[nodiscard]] bool can_be(const Channel& channel, double value);

}  // namespace joulecast::trace
