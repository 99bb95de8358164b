// A forecast as it is shown between two counts of the work.
#pragma once

#include "estimate/online/run_projector.hpp"

namespace joulecast::measure {

/// The projection at a later time of the run: the total is never below what has been used by then, and the
/// time that is left goes down, to 0 at most, while nothing new is heard.
[[nodiscard]] estimate::Projection at_time(estimate::Projection projection, Joules used, Seconds elapsed);

}  // namespace joulecast::measure
