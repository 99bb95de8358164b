// Moves what was recorded along the axis of time, for runs that are laid on one.
#pragma once

#include "trace/run.hpp"

namespace joulecast::trace {

[[nodiscard]] Span shifted(Span span, Seconds by);

/// All times of the run; its start by the wall clock stays.
void shift(Run& run, Seconds by);

}  // namespace joulecast::trace
