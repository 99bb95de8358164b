// Makes readings of one channel's raw samples: decodes counters, refuses nonsense, reports gaps.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sampling/sampler.hpp"
#include "trace/counter.hpp"
#include "trace/trace.hpp"

namespace joulecast::sampling {

/// Where decoded readings go. Times are seconds from the run's start; values as in trace::Trace.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void append(std::size_t channel, double time, double value) = 0;
  virtual void gap(std::size_t channel, trace::Span span) = 0;
};

class ChannelRecorder {
 public:
  ChannelRecorder(trace::Channel channel, Seconds period, std::size_t index, RecordSink& sink);

  void take(const RawSample& sample, Seconds time);
  /// Closes what is still open (a frozen counter's gap).
  void finish();

  [[nodiscard]] const trace::Channel& channel() const { return channel_; }
  [[nodiscard]] bool is_counter() const;
  [[nodiscard]] bool gives_energy() const;
  [[nodiscard]] std::optional<Watts> power() const { return power_; }
  /// Energy from the first to the last reading, as a counter trace of two points; empty while there are fewer
  /// than two readings.
  [[nodiscard]] trace::Trace summary() const;
  /// How often each kind of fault occurred, for the run's notes.
  [[nodiscard]] const std::vector<std::pair<std::string, int>>& faults() const { return faults_; }

 private:
  void take_counter(std::uint64_t count, SteadyTime steady, double time);
  void take_gauge(double value, double time);
  void watch_for_freeze(std::uint64_t count, double time);
  void tell_freeze(double until);
  void count_fault(const std::string& name);
  [[nodiscard]] bool is_nonsense(double value) const;

  trace::Channel channel_;
  Seconds period_;
  std::size_t index_;
  RecordSink* sink_;
  trace::CounterDecoder decoder_;
  std::optional<double> first_time_, last_time_;
  double last_value_ = 0;
  double energy_ = 0;  ///< J since the first reading
  std::optional<Watts> power_;
  bool failed_since_ = false;  ///< a reading was missed since the last good one
  std::uint64_t last_count_ = 0;
  double unchanged_since_ = 0;
  int unchanged_readings_ = 0;
  bool frozen_ = false;
  std::vector<std::pair<std::string, int>> faults_;
};

}  // namespace joulecast::sampling
