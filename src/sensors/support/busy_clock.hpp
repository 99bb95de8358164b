// The clock of the CPUs that work, for the modelled power.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/thread.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {

/// Mean clock of the CPUs, each weighted by the time for which it was busy. On some kernels reading a CPU's
/// clock interrupts it, so only busy CPUs are asked, and not many of them.
class BusyClock {
 public:
  /// nullptr where the kernel does not tell clocks, as in most virtual machines.
  [[nodiscard]] static std::unique_ptr<BusyClock> open(const Environment& environment);
  /// GHz since the last look; nothing if no CPU was busy or none tells its clock. The first look only
  /// prepares the next.
  [[nodiscard]] std::optional<double> look();

 private:
  /// CPUs that share a clock.
  struct Policy {
    std::filesystem::path clock;
    std::vector<int> cpus;
  };
  BusyClock(std::filesystem::path stat, std::vector<Policy> policies)
      : stat_(std::move(stat)), policies_(std::move(policies)) {}

  std::filesystem::path stat_;
  std::vector<Policy> policies_;
  std::map<int, CpuTicks> before_;
};

/// Looks at a BusyClock on a thread of its own, so that whoever samples never waits for it.
class ClockWatch {
 public:
  /// `clock` is not nullptr. Looks a second after the first question, and then at most every `interval`.
  ClockWatch(std::unique_ptr<BusyClock> clock, Seconds interval);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  /// Lets the thread look if it is time, and does not wait. Starts the thread the first time; if there can be
  /// none, nothing happens.
  void ask(SteadyTime now);
  /// GHz at the last look that saw a busy CPU; nothing before that.
  [[nodiscard]] std::optional<double> ghz() const;

 private:
  void work();

  std::unique_ptr<BusyClock> clock_;
  Seconds interval_;
  std::optional<SteadyTime> next_;
  std::atomic<double> ghz_{0};
  std::atomic<unsigned> requests_{0};
  std::atomic<bool> stop_{false};
  Thread thread_;
};

}  // namespace joulecast::sensors
