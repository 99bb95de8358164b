#include "base/clock.hpp"

#include <fmt/compile.h>

#include <ctime>

namespace joulecast {
namespace {

std::int64_t read_ns(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {read_ns(CLOCK_MONOTONIC)}; }
  [[nodiscard]] WallTime wall() const override { return {read_ns(CLOCK_REALTIME)}; }
  [[nodiscard]] Seconds suspended() const override {
    return Seconds{static_cast<double>(read_ns(CLOCK_BOOTTIME) - read_ns(CLOCK_MONOTONIC)) * 1e-9};
  }
};

std::int64_t to_ns(Seconds d) {
  return static_cast<std::int64_t>(d.value() * 1e9);
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

void FakeClock::advance(Seconds d) {
  steady_.ns += to_ns(d);
  wall_.ns += to_ns(d);
}
void FakeClock::step_wall(Seconds d) {
  wall_.ns += to_ns(d);
}
void FakeClock::suspend(Seconds d) {
  wall_.ns += to_ns(d);
  suspended_ += d;
}

std::string to_iso8601(WallTime time) {
  const std::time_t seconds = time.ns / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  // Compiled, since lists have tens of thousands of times.
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z"), utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace joulecast
