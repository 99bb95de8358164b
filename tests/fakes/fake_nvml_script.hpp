// The behaviour of a fake NVIDIA machine over time, as a small text. One power trace per GPU determines every
// figure that the GPU reports.
//
//   gpu uuid=GPU-0001 name=NVIDIA_A100 arch=7 limit_w=400 usage=instant   a GPU ("_" in a name is a space)
//   power 0:50 10:300                 its power: W at s, linear between points, constant after the last
//   square low=60 high=300 period=2   or a square wave that begins low
//   timing period_ms=100 window_ms=25 phase_ms=0 gain=1.05 counter_gain=1
//   fail FIELD ERROR [from=S] [to=S]  FIELD: energy power average utilisation memory temperature clock or
//   all;
//                                     ERROR: NOT_SUPPORTED NO_PERMISSION TIMEOUT GPU_IS_LOST UNKNOWN
//   latency FIELD MS                  each call takes this long
//   hang FIELD from=S for=S           a call in this span returns only after `for` seconds
//   frozen from=S [to=S]              the energy counter stops
//   backward at=S by_j=J              the energy counter jumps back
//   throttled REASON [from=S] [to=S]  REASON: power, heat, brake or slowdown; without a line, clocks events
//   are
//                                     NOT_SUPPORTED
//   mig UUID                          adds an instance and turns MIG on
// For the whole machine:
//   reload at=S                       reloads the driver: handles become invalid, counters restart at 0
//   order at=S 1,0                    from this time the GPUs are numbered in this order
//   driver missing                    nvmlInit fails
//   driver slow_ms=3000               nvmlInit takes this long
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace joulecast::fakes {

constexpr double forever = std::numeric_limits<double>::infinity();

struct Fault {
  std::string field;
  int error = 0;
  double from = 0;
  double to = forever;
  double seconds = 0;  ///< duration of a hang
};

struct FakeGpu {
  std::string uuid = "GPU-00000000-0000-0000-0000-000000000000";
  std::string name = "NVIDIA Fake";
  unsigned architecture = 7;
  double limit_w = 400;
  bool usage_is_average = false;
  std::vector<std::pair<double, double>> points{{0, 100}};  ///< (s, W)
  double square_low = 0, square_high = 0, square_period = 0;
  double period = 0.1, window = 0.025, phase = 0, gain = 1, counter_gain = 1;
  std::vector<Fault> failures, hangs, frozen;
  std::vector<Fault> throttled;                     ///< `field` is the reason
  std::vector<std::pair<double, double>> backward;  ///< (s, J)
  std::map<std::string, double> latency;            ///< s
  std::vector<std::string> instances;

  /// Exact energy from 0 to t in J.
  [[nodiscard]] double energy(double t) const;
  [[nodiscard]] double mean_power(double from, double to) const;
  /// The last time up to t at which the sensor had a new value.
  [[nodiscard]] double updated(double t) const;
  /// The energy counter at t in J, if it started at `since`.
  [[nodiscard]] double counter(double t, double since) const;
  [[nodiscard]] double instant_power(double t) const;
  [[nodiscard]] double average_power(double t) const;
};

struct FakeMachine {
  std::vector<FakeGpu> gpus;
  std::vector<double> reloads;
  std::vector<std::pair<double, std::vector<std::size_t>>> orders;
  bool driver = true;
  double init_seconds = 0;
};

/// The bits that NVML would set for a reason of `throttled`; 0 for another word.
[[nodiscard]] unsigned long long clocks_event(std::string_view reason);

/// malformed, naming the line.
[[nodiscard]] Result<FakeMachine> parse_machine(std::string_view script);

}  // namespace joulecast::fakes
