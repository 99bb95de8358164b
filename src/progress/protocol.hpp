// The newline-JSON protocol that a training program speaks on the socket named in JOULECAST_SOCKET
// (docs/protocol.md).
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

/// Longer lines are refused whole: nothing in the protocol needs one.
constexpr std::size_t longest_line = 16384;

/// One line of the protocol. `received` stamps events that carry no time of their own, or one that cannot be
/// right. A metric message may hold several metrics, hence several events. malformed for anything else than
/// the protocol.
[[nodiscard]] Result<std::vector<Event>> parse_message(std::string_view line, SteadyTime received);

}  // namespace joulecast::progress
