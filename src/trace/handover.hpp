// One launch, of which several ranks have measured its node, one after the other.
#pragma once

#include "base/units.hpp"
#include "trace/job.hpp"

namespace joulecast::trace {

/// Whether another rank of the same launch on the same node went on measuring, so that its training had never
/// stopped: a launch that began anew restarts its work. `between`: from the end of one to the other's
/// beginning.
[[nodiscard]] bool is_handover(const Job& before, const Job& next, Seconds between);

}  // namespace joulecast::trace
