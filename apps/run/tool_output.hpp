// Asks another program for something that it prints, such as a batch system's accounting.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::run {

/// What the program prints on standard output. It is ended, with all that it started, when the time is over.
/// unavailable if there is no such program; retry if it was too slow; invalid, with the first line of what it
/// said on standard error, if it failed or printed more than 256 MB.
[[nodiscard]] Result<std::string> output_of(const std::vector<std::string>& command, Seconds time_limit);

}  // namespace joulecast::run
