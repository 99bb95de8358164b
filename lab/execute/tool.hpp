// Asks a small program of the system something.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::lab {

/// What it writes to standard output. unavailable if it cannot be started, failed with its last line if it
/// ends with another status than 0, and retry if it does not end in time (it is then killed).
[[nodiscard]] Result<std::string> ask_tool(const std::vector<std::string>& words,
                                           Seconds patience = Seconds{10});

}  // namespace joulecast::lab
