// All channels of a measurement: passes their readings to the sink and updates the run's totals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sampling/counter_check.hpp"
#include "trace/energy.hpp"

namespace joulecast::sampling {

struct LiveEnergy {
  trace::RunEnergy energy;
  std::optional<Watts> power;  ///< current power of everything in the total
  Seconds until{0};            ///< the last reading's time
};

class Recorder {
 public:
  Recorder(const Sampler& sampler, SteadyTime run_start, trace::RunSink& sink);

  /// Adds the channels that the sampler has gained since the last call.
  void follow(const Sampler& sampler);
  void take(const std::vector<RawSample>& samples);
  void finish();

  [[nodiscard]] const LiveEnergy& live() const { return live_; }
  /// Total energy from the run's start to a time that the readings cover, as the stored run will have it:
  /// over everything in the current total, for each channel from its first reading on. Nothing before all
  /// channels have been read, except channels that have long been silent.
  [[nodiscard]] std::optional<Joules> energy_until(Seconds time) const;
  /// The same by component. A part that is not known at that time is as in live().
  [[nodiscard]] trace::RunEnergy components_until(Seconds time) const;
  /// One line per kind of fault, for the run's notes.
  [[nodiscard]] std::vector<std::string> faults() const;

 private:
  void update_live();
  void check_counters(bool at_end);
  [[nodiscard]] bool is_outdone(const ChannelRecorder& counter) const;
  [[nodiscard]] std::optional<Joules> row_until(const trace::ComponentEnergy& row, Seconds time) const;

  std::vector<ChannelRecorder> channels_;
  std::vector<CounterCheck> checks_;
  SteadyTime start_;
  trace::RunSink* sink_;
  LiveEnergy live_;
};

}  // namespace joulecast::sampling
