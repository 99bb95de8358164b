// What a running run tells, kept in memory until its writing thread takes it. Internal to the store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <vector>

#include "store/metric_log.hpp"
#include "store/pending.hpp"
#include "store/progress_log.hpp"

namespace joulecast::store {

/// Whoever tells never waits for the disk, and memory is bounded: what finds no room is lost and counted.
class Inbox {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// `room` in bytes, for readings and metrics.
  explicit Inbox(std::size_t room) : room_(room) {}

  // From any thread.
  void channel(const trace::Channel& channel);
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values);
  void progress(const trace::ProgressPoint& point);
  void epoch(std::size_t place, const trace::Epoch& epoch);
  void window(std::size_t place, const trace::Window& window);
  void metric(const trace::MetricPoint& point);
  /// Any other small change: `change` modifies the pending data.
  template <class Change>
  void add(Change change) {
    const std::lock_guard lock(mutex_);
    if (refusing_) return;
    change(pending_);
    wake();
  }
  /// While held, the writing thread is not woken for what comes in.
  void hold();
  void let_go();
  /// Wakes the writing thread for the last time.
  void close();
  [[nodiscard]] std::uint64_t lost_readings() const;     ///< because the store could not be written
  [[nodiscard]] std::uint64_t refused_readings() const;  ///< whose time did not rise, or that were no numbers

  // From the writing thread.
  struct Wait {
    Deadline earliest;    ///< nothing is taken before, unless the inbox is closed
    Deadline latest;      ///< the thread wakes then, even for nothing
    bool behind = false;  ///< the thread has something to write itself
  };
  /// Waits, and moves what has come behind what is in `unwritten`. Returns whether the inbox is closed.
  [[nodiscard]] bool take(Pending& unwritten, const Wait& wait);
  /// What was kept back until the end: the last values of metrics, and notes of what was left out or lost.
  void take_last(Pending& unwritten);
  /// Tells how much of what was taken is still in memory.
  void unwritten(std::size_t bytes);
  /// From now on everything is refused. What is here and in `unwritten` is lost.
  void give_up(Pending& unwritten) noexcept;

 private:
  /// The thread waits for data. If it waits for its next commit, it wakes by itself.
  [[nodiscard]] bool wanted_now() const { return idle_ && holds_ == 0 && something_waits(); }
  [[nodiscard]] bool something_waits() const { return !pending_.empty() || progress_.changed(); }
  [[nodiscard]] bool has_room(std::size_t bytes) const {
    return pending_.bytes + unwritten_bytes_ + bytes <= room_;
  }
  void wake() {
    if (wanted_now()) changed_.notify_one();
  }

  const std::size_t room_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Pending pending_;
  ProgressLog progress_;  // its changes become pending when they are taken
  MetricLog metrics_;
  std::vector<std::int64_t> last_times_;  // of each channel, in microseconds
  std::size_t unwritten_bytes_ = 0;       // taken, and not written yet
  std::uint64_t lost_readings_ = 0;
  std::uint64_t refused_readings_ = 0;
  std::uint64_t lost_metrics_ = 0;
  std::size_t left_out_windows_ = 0;
  int holds_ = 0;
  bool idle_ = false;  // the thread waits for something to write
  bool refusing_ = false;
  bool closed_ = false;
};

}  // namespace joulecast::store
