// Which values cannot be measurements: shared by what is measured now and what is imported.
#pragma once

#include <optional>

#include "trace/channel.hpp"

namespace joulecast::trace {

/// The most that one device of this component may draw for a moment. Boards exceed their limit in short
/// peaks, so a known `limit` is taken three times; without one it is above anything that is sold. 0 for a
/// component without a bound.
[[nodiscard]] Watts most_of(Component component, std::optional<Watts> limit = std::nullopt);

/// Whether a channel may have this value: a number, not negative unless it is a temperature, and a power not
/// above the channel's plausible maximum.
[[nodiscard]] bool can_be(const Channel& channel, double value);

}  // namespace joulecast::trace
