// A training that was interrupted and went on later: each stretch of it was measured as a run of its own, and
// together they are one account.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "trace/run_status.hpp"
#include "trace/trace.hpp"

namespace joulecast::trace {

struct Run;

/// One of the runs that a training consists of, on the time axis of the whole. That axis is the time of
/// training: what lay between two segments is neither measured nor idle, and is left out of it.
struct Segment {
  std::string id;
  Span span;
  std::optional<WallTime> started;
  RunStatus status = RunStatus::interrupted;
  std::optional<int> exit_status;
  std::string hostname;
  std::vector<std::string> gpus;
  /// What it did after its last checkpoint: the next segment did this work again. Empty if there was none, or
  /// if it is not known.
  Span redone;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// Segments lie this far apart on the common axis, so that the readings at the end of one and at the
/// beginning of the next keep their order.
constexpr Seconds between_segments{0.001};

/// Name of the window over work that was done once more.
constexpr const char* redone_window = "done twice";

/// Joins the segments of a training, in the order in which they followed each other, whatever their clocks
/// say. The energy of work that was done twice counts twice, the work counts once: progress of a segment
/// beyond the point at which the next began is left out, and so are the epochs that were done again. Another
/// machine, other GPUs and clocks that contradict the order are told in notes. One run alone is returned as
/// it is.
[[nodiscard]] Run join_segments(std::vector<Run> segments);

/// The header, readings and epochs of one segment of a joined run, on the common axis.
[[nodiscard]] Run segment_of(const Run& run, const Segment& segment);

/// From the first segment's beginning to the last one's end by the clock on the wall. Nothing if it is not
/// known, or if the clocks contradict the order.
[[nodiscard]] std::optional<Seconds> wall_clock_of(const std::vector<Segment>& segments);

}  // namespace joulecast::trace
