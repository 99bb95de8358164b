// Turns a raw hardware counter into joules that never fall: handles wraps, restarts and faults.
#pragma once

#include <cstdint>
#include <optional>

#include "trace/channel.hpp"
#include "trace/reading.hpp"

namespace joulecast::trace {

/// How the current reading relates to the previous one.
enum class StepKind {
  first,      ///< there is no previous reading
  step,       ///< an ordinary difference
  wrapped,    ///< the counter passed its range once; the difference is corrected
  ambiguous,  ///< it may have wrapped several times in this interval: a gap, not a value
  /// It fell, and a wrap cannot explain it (driver reload). The energy before the restart is lost.
  restarted,
  /// The difference is more than the device can draw: a gap.
  implausible,
};

struct Step {
  StepKind kind = StepKind::first;
  /// Used since the previous reading; 0 and not to be counted for first, ambiguous and implausible
  Joules energy{0};
  [[nodiscard]] bool usable() const { return kind == StepKind::step || kind == StepKind::wrapped; }
};

/// Differences one counter channel. `plausible_maximum` (where known) tells a wrap from a restart and how
/// many wraps an interval could have hidden: with range R (J) and maximum power P, an interval longer than
/// R/P is ambiguous.
class CounterDecoder {
 public:
  explicit CounterDecoder(const Channel& channel);
  Step step(SteadyTime time, std::uint64_t count);
  /// Begins anew at this reading, where something else than the count tells that the counter was restarted.
  Step restart(SteadyTime time, std::uint64_t count);
  [[nodiscard]] Joules total() const { return total_; }

 private:
  double resolution_;
  std::uint64_t wrap_range_;
  Watts plausible_maximum_;
  std::optional<SteadyTime> last_time_;
  std::uint64_t last_count_ = 0;
  Joules total_{0};
};

}  // namespace joulecast::trace
