// Names of runs: "20260201-134507-k7f3" is the UTC second in which the run began and four random characters.
// So ids sort by time, can be said aloud, and two runs that begin in one second differ (one chance in 600,000
// that they don't).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace joulecast::store {

[[nodiscard]] std::string make_run_id(WallTime started, std::uint32_t random);

/// An id from elsewhere that can stand in a command line and a path: 1 to 200 printable characters, no space,
/// slash or quote, and no leading '-' or '.'.
[[nodiscard]] bool is_usable_run_id(std::string_view id);

}  // namespace joulecast::store
