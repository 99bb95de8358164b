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

  // Another source tells that this counter is wrong:
  /// The energy of this span is not believed: a gap. Spans come in the order of time.
  void doubt(trace::Span span);
  /// The counter has stopped, though it stands still for a short time only.
  void doubt_freeze();

  [[nodiscard]] const trace::Channel& channel() const { return channel_; }
  [[nodiscard]] Seconds period() const { return period_; }
  [[nodiscard]] bool is_counter() const;
  [[nodiscard]] bool gives_energy() const;
  [[nodiscard]] std::optional<Watts> power() const { return power_; }
  /// Energy from the run's start to a time that lies between readings: 0 before the first one, nothing after
  /// the last.
  [[nodiscard]] std::optional<Joules> energy_until(Seconds time) const;
  [[nodiscard]] std::optional<Seconds> first_time() const {
    return first_time_ ? std::optional{Seconds{*first_time_}} : std::nullopt;
  }
  [[nodiscard]] std::optional<Seconds> last_time() const {
    return last_time_ ? std::optional{Seconds{*last_time_}} : std::nullopt;
  }
  /// How many gaps there were so far.
  [[nodiscard]] int gaps() const { return gaps_; }
  /// Share of the time from the first to the last reading that is not in a gap.
  [[nodiscard]] double coverage() const;
  /// The time since which a counter has not moved; nothing if its last reading was new.
  [[nodiscard]] std::optional<Seconds> unchanged_since() const;
  [[nodiscard]] bool is_frozen() const { return frozen_; }
  /// Range of a gauge's power since forget_range().
  [[nodiscard]] Watts lowest_power() const { return lowest_power_; }
  [[nodiscard]] Watts highest_power() const { return highest_power_; }
  void forget_range() { lowest_power_ = highest_power_ = Watts{last_value_}; }
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
  [[nodiscard]] std::optional<Watts> mean_power_until(double time) const;
  void take_gauge(double value, double time);
  void keep_gauge(double value, double time);
  void watch_for_freeze(std::uint64_t count, double time);
  void tell_freeze(double until);
  [[nodiscard]] bool never_moved() const;
  [[nodiscard]] bool may_have_restarted(std::uint64_t count, double time) const;
  [[nodiscard]] bool has_caught_up(Joules step, double time) const;
  void add_gap(trace::Span span);
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
  Watts last_power_{0};  ///< of the last step in which a counter moved
  Watts lowest_power_{0}, highest_power_{0};
  int gaps_ = 0;
  Seconds lost_{0};  ///< total length of the gaps
  Seconds gap_end_{-1e300};
  bool failed_since_ = false;  ///< a reading was missed since the last good one
  std::uint64_t last_count_ = 0;
  double unchanged_since_ = 0;
  int unchanged_readings_ = 0;
  bool frozen_ = false;
  std::vector<std::pair<std::string, int>> faults_;
};

}  // namespace joulecast::sampling
