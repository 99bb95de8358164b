// The measurement's own thread, and the data that other threads hand to it. Internal to the module.
#pragma once

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "measure/engine.hpp"
#include "measure/measurement.hpp"
#include "measure/tick_time.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::measure {

class Measurement::Worker {
 public:
  Worker(MeasurementOptions options, sensors::Environment environment, sensors::SensorSelection selection,
         std::optional<progress::SocketServer> socket, Observer* observer, WakeUp wake_up);
  ~Worker();

  [[nodiscard]] Status begin();
  /// Whether this is the process that prepared the measurement. A fork copies everything except the thread.
  [[nodiscard]] bool is_ours() const { return ::getpid() == process_; }
  [[nodiscard]] Result<std::optional<Watts>> measure_idle(Seconds duration,
                                                          const std::function<bool()>& stop);
  [[nodiscard]] Moment now() const { return {engine_.clock().wall(), engine_.clock().steady()}; }
  [[nodiscard]] Status start(Moment at);
  void hear(std::vector<progress::Event> events);
  void keep(std::vector<progress::Event> events, std::vector<progress::Event> Heard::*where);
  void set_limits(LimitOptions limits);
  void end_forecasts();
  void note(std::string text);
  [[nodiscard]] Live live() const;
  void tick();
  [[nodiscard]] std::vector<progress::AttachedRank> ranks() const;
  void tell_ranks(progress::RankOrder order);
  [[nodiscard]] bool wait_for_ranks(Seconds patience) const;
  [[nodiscard]] std::optional<SteadyTime> wait_for_successor(Seconds patience) const;
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending);

 private:
  void work();
  /// Ticks until the end. Returns the reason if the run could not be closed.
  std::optional<std::string> measure();
  struct Woken {
    bool by_thread = false;
    bool by_socket = false;  ///< it has data
  };
  /// Sleeps until the time, or until another thread or the socket needs attention.
  [[nodiscard]] Woken sleep_until(Deadline time) const;
  void publish(std::uint64_t ticks);
  void see_ranks();
  [[nodiscard]] bool is_alone() const;  ///< with the mutex held
  void tell(const std::optional<std::string>& failure);
  [[nodiscard]] static Failure foreign();

  const pid_t process_ = ::getpid();
  const std::shared_ptr<TickTime> tick_time_;
  Engine engine_;
  Observer* observer_;
  const std::shared_ptr<const WakeUp>
      wake_up_;  ///< set after a change that the ticking thread should see at once
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<Moment> start_;
  std::optional<Ending> ending_;
  bool leave_ = false;  ///< set if the thread should end without having begun
  bool finished_ = false;
  std::uint64_t ticks_wanted_ = 0;  ///< number of the tick that tick() waits for
  std::uint64_t ticks_done_ = 0;
  std::atomic<bool> host_tells_ = false;  ///< this process told of its progress
  bool over_ = false;                     ///< the thread does no more ticks
  Heard heard_;
  bool epoch_ended_ = false;  ///< which is among what was heard
  Live live_;
  std::vector<progress::AttachedRank> ranks_;
  std::vector<progress::RankOrder> orders_;  ///< to be told to them
  std::optional<SteadyTime> taken_over_;
  bool failure_told_ = false;
  std::optional<std::string> failure_;  ///< the run could not be begun or closed
  Thread thread_;
};

}  // namespace joulecast::measure
