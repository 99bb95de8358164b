// One polling thread and the sensors it reads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "sampling/ring.hpp"
#include "sampling/sampler.hpp"

namespace joulecast::sampling {

/// A sensor and its state in its lane.
struct Sampler::Source {
  sensors::OpenedSensor open;
  std::uint32_t first_channel = 0;
  Seconds period{1};
  SteadyTime due;
  std::vector<sensors::ChannelReading> readings;
  std::vector<char> ended;
  trace::SensorStatus status;  ///< guarded by the lane's mutex
  Seconds total_latency{0};
};

/// Shared with its thread, so that a thread stuck in a driver can be left behind.
class Sampler::Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(std::vector<Source> sources, const Clock& clock);

  /// Begins to read on a thread of its own; retry if no thread is available.
  [[nodiscard]] Status start();
  bool wait_for_first(Seconds limit) { return wait(limit, first_done_); }
  /// False while the reading that was asked for before has not come.
  bool ask_to_read();
  bool wait_for_asked(Seconds limit) { return wait(limit, asked_done_); }
  void ask_to_stop();
  bool wait_for_end(Seconds limit) { return wait(limit, ended_); }

  [[nodiscard]] Seconds tick() const { return tick_; }
  /// See Sampler::when_read().
  void when_read(std::function<void()> call) { when_read_ = std::move(call); }

  void drain(std::vector<RawSample>& samples);
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(); }
  void add_statuses(std::vector<trace::SensorStatus>& statuses) const;

 private:
  bool wait(Seconds limit, bool& flag);
  void say(bool& flag);
  void work();
  /// Sleeps until this time, but for readings that are asked for; true if the lane should end instead.
  bool sleep_until(std::chrono::steady_clock::time_point time);
  void read_due(bool all);
  void read_source(std::size_t index);
  [[nodiscard]] static bool is_too_late(const Source& source, Seconds latency);
  std::uint64_t hand_over(Source& source, std::size_t c, SteadyTime time);
  void end_channel(Source& source, std::size_t c);
  void account(Source& source, Seconds latency, std::uint64_t failed);

  std::vector<Source> sources_;
  const Clock& clock_;
  Ring<RawSample> ring_;
  Seconds tick_{1};
  std::function<void()> when_read_;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::int64_t> reading_since_{0};  ///< steady ns at which the read in progress began; 0 = none
  std::atomic<std::size_t> reading_index_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;   ///< for threads that wait for the lane
  std::condition_variable stopping_;  ///< for the lane's own thread
  bool first_done_ = false;
  bool ended_ = false;
  bool started_ = false;
  bool stop_ = false;
  bool asked_ = false;  ///< for a reading out of turn
  bool asked_done_ = true;
};

}  // namespace joulecast::sampling
