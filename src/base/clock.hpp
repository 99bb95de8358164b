// Time: a steady clock for durations, and one wall-clock time for each run. Passed in, so that tests can have
// their own clock.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/units.hpp"

namespace joulecast {

/// Nanoseconds of CLOCK_MONOTONIC (stands still while the machine is suspended).
struct SteadyTime {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(SteadyTime, SteadyTime) = default;
};
/// Nanoseconds since 1970-01-01 UTC (may step).
struct WallTime {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(WallTime, WallTime) = default;
};

constexpr Seconds operator-(SteadyTime a, SteadyTime b) {
  return Seconds{static_cast<double>(a.ns - b.ns) * 1e-9};
}
constexpr Seconds operator-(WallTime a, WallTime b) {
  return Seconds{static_cast<double>(a.ns - b.ns) * 1e-9};
}
constexpr SteadyTime operator+(SteadyTime t, Seconds d) {
  return SteadyTime{t.ns + static_cast<std::int64_t>(d.value() * 1e9)};
}

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
  /// CLOCK_BOOTTIME - CLOCK_MONOTONIC: grows by the length of each suspend.
  [[nodiscard]] virtual Seconds suspended() const = 0;
};

/// The machine's clocks.
[[nodiscard]] const Clock& system_clock();

/// A clock that moves only when told to.
class FakeClock : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  [[nodiscard]] Seconds suspended() const override { return suspended_; }
  void advance(Seconds d);    ///< steady and wall move together
  void step_wall(Seconds d);  ///< somebody set the clock
  void suspend(Seconds d);    ///< wall and suspended move, steady does not

 private:
  SteadyTime steady_{1'000'000'000};
  WallTime wall_{1'700'000'000'000'000'000};
  Seconds suspended_{0};
};

/// "2026-02-01T13:45:07Z"
[[nodiscard]] std::string to_iso8601(WallTime time);

}  // namespace joulecast
