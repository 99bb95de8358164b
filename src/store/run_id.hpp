// Names of runs, such as "20260201-134507-k7f3": the UTC second in which the run began and four random
// characters. Ids sort by time and can be read aloud. Two runs that begin in the same second get the same id
// with a chance of one in 600,000.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace joulecast::store {

[[nodiscard]] std::string make_run_id(WallTime started, std::uint32_t random);

/// Whether an id from elsewhere can be used on a command line and in a path: 1 to 200 printable characters,
/// without spaces, slashes or quotes, and no leading '-' or '.'.
/// slash or quote, and no leading '-' or '.'.
[[nodiscard]] bool is_usable_run_id(std::string_view id);

}  // namespace joulecast::store
