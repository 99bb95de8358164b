// When a measurement looks after itself next. Internal to src/measure.
#pragma once

#include <atomic>
#include <chrono>

#include "base/units.hpp"

namespace joulecast::measure {

using Deadline = std::chrono::steady_clock::time_point;

[[nodiscard]] inline Deadline::duration to_chrono(Seconds duration) {
  return std::chrono::duration_cast<Deadline::duration>(std::chrono::duration<double>(duration.value()));
}

/// When the next tick is due: right after a reading, if one comes at about the right time. The processor's
/// caches still hold what it needs then, which makes a tick several times cheaper, and nothing waits to be
/// stored.
class TickTime {
 public:
  TickTime(Seconds tick, Seconds interval);
  /// A tick has begun.
  void restart(Deadline now);
  /// Something is worth a tick at once; several in a row wait for each other.
  void hasten();
  [[nodiscard]] Deadline latest() const { return latest_; }
  /// Whether a reading at this time is the one to wait for. Any thread.
  [[nodiscard]] bool is_due_with_reading(Deadline now) const {
    return now.time_since_epoch().count() >= with_reading_;
  }

 private:
  Deadline::duration longest_;
  Deadline::duration shortest_;  ///< before a tick with a reading
  Deadline latest_;
  Deadline soonest_;  ///< of a tick that is worth it
  std::atomic<Deadline::rep> with_reading_;
};

}  // namespace joulecast::measure
