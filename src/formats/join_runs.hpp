// Several files about one run, joined by their wall clocks: a GPU log and a CPU log, a training log and its
// power logs.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// The run that marks epochs, or else the first with power or energy, gives second 0, span and id; the
/// others' readings are moved onto its time. invalid where there is none, where one has no wall clock, or
/// where the times of two files do not meet (as where one log is in local time and another in UTC).
[[nodiscard]] Result<trace::Run> join_runs(std::vector<trace::Run> runs);

}  // namespace joulecast::formats
