// The newline-JSON protocol that a training program speaks on the socket named in JOULECAST_SOCKET
// (docs/protocol.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

/// Longer lines are refused: no message of the protocol is that long.
constexpr std::size_t longest_line = 16384;

/// One line of the protocol. An event without a time, or with an impossible one, gets the time `received`. A
/// metric message may hold several metrics, hence several events. malformed for anything that is not the
/// protocol.
[[nodiscard]] Result<std::vector<Event>> parse_message(std::string_view line, SteadyTime received);

/// How many messages the sender says it lost, because nobody took them quickly enough; nothing if the line
/// says something else.
[[nodiscard]] std::optional<std::int64_t> lost_messages(std::string_view line);

}  // namespace joulecast::progress
