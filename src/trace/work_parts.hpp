// Cuts a phase that counts steps or the like into a few parts of equal work, to show how its cost changes.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// A stretch of a phase, from work `from` to work `to`, in the phase's unit.
struct WorkPart {
  std::size_t phase = 0;
  double from = 0, to = 0;
  Span span;
};

/// About ten parts of the longest phase whose unit is smaller than an epoch. They begin and end at known
/// points of progress, so that no time is guessed. Empty if there is no such phase, or its progress is known
/// at fewer than twenty points.
[[nodiscard]] std::vector<WorkPart> work_parts(const Run& run);

}  // namespace joulecast::trace
