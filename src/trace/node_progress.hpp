// The progress of a training is the same on all its nodes: that of one is kept. Internal to the module.
#pragma once

#include "trace/run.hpp"

namespace joulecast::trace {

/// Whether the node that gives the progress of `joined` has none, or was last heard of at `end` and `run`
/// tells what came after it.
[[nodiscard]] bool takes_progress(const Run& joined, Seconds end, const Run& run);

/// Gives `joined` the progress of `run`, which is on the same time axis. Metrics and windows that came with
/// progress stay until `end`: a training may tell them on its first node alone.
void take_progress(Run& joined, Seconds end, Run& run);

}  // namespace joulecast::trace
