// A training of several segments on several nodes has one time axis, but each machine was a part of it in its
// own segments only. Outside of these it used nothing for the training, and none of its readings is missing.
#pragma once

#include <vector>

#include "trace/run.hpp"

namespace joulecast::trace {

/// The channel's device used nothing for the run in this span, in which the channel has no readings: 0 W, or
/// a counter that stands still. Nothing is said where the channel has readings there, or none at all.
void add_absence(Trace& trace, Span span);

/// Takes what add_absence() has added out again, for files in which a machine that had no part is absent and
/// not 0: the spans that it was called with, in their order. The trace has one gap instead of each.
std::vector<Span> take_absences(Trace& trace);

/// The same for every channel that gives energy, in the segments of `run` that ran on another machine than
/// the channel's node (join_segments names it).
void add_absences(Run& run);

/// Whether a run on the segment's axis has a part in it, beyond what their ends differ by.
[[nodiscard]] bool ran_in(const Segment& segment, const Run& node);

/// For all such channels of `node`, a run on the axis of `segments`, in the segments in which none of it ran.
void add_absences(Run& node, const std::vector<Segment>& segments);

}  // namespace joulecast::trace
