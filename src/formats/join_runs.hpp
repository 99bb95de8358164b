// Joins several files about one run by their wall clocks: for example a GPU log and a CPU log, or a training
// log and its power logs.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// The run that marks epochs, or else the first one with power or energy, supplies second 0, span and id.
/// Readings, epochs, phases, progress, windows and metrics of the others are shifted to its time. invalid if
/// there is no such run, if one has no wall clock, or if the times of two files do not overlap (for example
/// local time and UTC).
[[nodiscard]] Result<trace::Run> join_runs(std::vector<trace::Run> runs);

}  // namespace joulecast::formats
