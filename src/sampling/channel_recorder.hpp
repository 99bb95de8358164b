// Makes readings of one channel's raw samples: decodes counters, refuses nonsense, reports gaps.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sampling/energy_history.hpp"
#include "sampling/sampler.hpp"
#include "trace/counter.hpp"
#include "trace/run_sink.hpp"
#include "trace/trace.hpp"

namespace joulecast::sampling {

class ChannelRecorder {
 public:
  /// Of the run's channels this is number `index`. What the sink cannot take is its own to tell: sampling
  /// goes on.
  ChannelRecorder(trace::Channel channel, Seconds period, std::size_t index, trace::RunSink& sink);

  void take(const RawSample& sample, Seconds time);
  /// Closes what is still open (a frozen counter's gap).
  void finish();

  [[nodiscard]] const trace::Channel& channel() const { return channel_; }
  [[nodiscard]] bool is_counter() const;
  [[nodiscard]] bool gives_energy() const;
  [[nodiscard]] std::optional<Watts> power() const { return power_; }
  /// Energy from the run's start to a time that lies between readings: 0 before the first one, nothing after
  /// the last.
  [[nodiscard]] std::optional<Joules> energy_until(Seconds time) const;
  [[nodiscard]] std::optional<Seconds> last_time() const {
    return last_time_ ? std::optional{Seconds{*last_time_}} : std::nullopt;
  }
  /// Read once so far: from the next reading on there is energy.
  [[nodiscard]] bool is_beginning() const { return history_.size() == 1; }
  /// Its last reading is so old that no other is to be waited for.
  [[nodiscard]] bool is_silent(Seconds now) const;
  /// Energy from the first to the last reading, as a counter trace of two points; empty before two readings.
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
  trace::RunSink* sink_;
  trace::CounterDecoder decoder_;
  std::optional<double> first_time_, last_time_;
  double last_value_ = 0;
  double energy_ = 0;  ///< J since the first reading
  EnergyHistory history_;
  std::optional<Watts> power_;
  bool failed_since_ = false;  ///< a reading was missed since the last good one
  std::uint64_t last_count_ = 0;
  double unchanged_since_ = 0;
  int unchanged_readings_ = 0;
  bool frozen_ = false;
  std::vector<std::pair<std::string, int>> faults_;
};

}  // namespace joulecast::sampling
