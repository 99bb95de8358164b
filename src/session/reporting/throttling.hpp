// When devices held their own clocks down, and why.
#pragma once

#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::session {

/// One device and one reason.
struct Throttling {
  trace::Component component = trace::Component::gpu;
  std::string device;
  std::string node;
  trace::Quantity reason = trace::Quantity::throttled_by_power;  ///< or throttled_by_heat
  Seconds observed{0};                                           ///< for how long the device told it
  Seconds time{0};                                               ///< of that, for how long it was throttled
  std::vector<trace::Span> spans;                                ///< when it was, in the order of time
};

/// In a part of the run, of every device that tells it, also where it never was; empty if none does. A
/// reading tells of the time since the one before it, except where that is a gap. Spans nearer to each other
/// than `least_apart` are given as one.
[[nodiscard]] std::vector<Throttling> throttling_of(const trace::Run& run, trace::Span part,
                                                    Seconds least_apart);

}  // namespace joulecast::session
