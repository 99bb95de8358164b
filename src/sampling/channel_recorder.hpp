// Turns raw samples of one channel into readings: decodes counters, rejects impossible values, reports gaps.
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
  /// `index` is the channel's number in the run. If the sink fails it reports that itself, and sampling
  /// continues.
  ChannelRecorder(trace::Channel channel, Seconds period, std::size_t index, trace::RunSink& sink);

  void take(const RawSample& sample, Seconds time);
  /// Closes an open gap, such as that of a frozen counter, and holds a lagging gauge's last value until the
  /// time when it was read.
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
  /// There has been one reading so far: the next one gives the first energy.
  [[nodiscard]] bool is_beginning() const { return history_.size() == 1; }
  /// The last reading is so old that no further reading is expected.
  [[nodiscard]] bool is_silent(Seconds now) const;
  /// Energy from the first to the last reading, as a counter trace of two points; empty before two readings,
  /// and while a counter stands still from the beginning on.
  [[nodiscard]] trace::Trace summary() const;
  /// How often each kind of fault occurred, for the run's notes.
  [[nodiscard]] const std::vector<std::pair<std::string, int>>& faults() const { return faults_; }

 private:
  void take_counter(std::uint64_t count, SteadyTime steady, double time);
  void take_gauge(double value, double time);
  void keep_gauge(double value, double time);
  void watch_for_freeze(std::uint64_t count, double time);
  void tell_freeze(double until);
  [[nodiscard]] bool never_moved() const;
  void count_fault(const std::string& name);

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
