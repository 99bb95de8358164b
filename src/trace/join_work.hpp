// The work of a training over its segments. Internal to joining them (segment.hpp).
#pragma once

#include "trace/run.hpp"

namespace joulecast::trace {

enum class Seam {
  restart,   ///< the training began again, from a checkpoint or from its start
  handover,  ///< it went on, and another rank of it was heard: what that one repeats was not done twice
};

/// Adds phases, epochs and progress of `next`, whose times are those of `joined` already. If its first phase
/// goes on with the last one of `joined`, they become one phase: what `next` does again is taken back from
/// `joined`, and the stretches in which it was done the first time are marked in its segments.
void join_work(Run& joined, Run& next, Seam seam = Seam::restart);

/// Work that had been done when `next` began, as the phase that it goes on with counts it; nothing if it
/// begins another phase. `before` is the last phase of the segments before. Where the counts of `next` do not
/// tell: one that announces less than was planned counts only its rest; one that announces as much began from
/// the start.
[[nodiscard]] std::optional<double> resumed_at(const Phase& before, const Phase& next);

}  // namespace joulecast::trace
