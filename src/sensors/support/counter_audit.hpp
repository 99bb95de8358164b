// Checks an energy counter against the power of the same device, where that power is no channel of its own
// (else sampling/counter_check.hpp does). Counters of some drivers froze, ran backward or ran at the wrong
// rate.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace joulecast::sensors {

class CounterAudit {
 public:
  explicit CounterAudit(double joules_per_count) : joules_per_count_(joules_per_count) {}

  /// Adds one pair of readings. Returns false once the counter has proved wrong, and for all later readings.
  bool observe(SteadyTime time, std::uint64_t count, Watts power);

  [[nodiscard]] bool trusted() const { return trusted_; }
  [[nodiscard]] Joules by_counter() const { return by_counter_; }  ///< in the window that decided
  [[nodiscard]] Joules by_power() const { return by_power_; }

 private:
  void judge();
  double joules_per_count_;
  std::optional<SteadyTime> last_time_;
  std::uint64_t last_count_ = 0;
  Watts last_power_{0};
  Seconds window_{0};
  Joules by_counter_{0};
  Joules by_power_{0};
  int falls_ = 0;
  bool trusted_ = true;
};

}  // namespace joulecast::sensors
