// One stretch of reading a machine's meters: from the opening of the sensors until they are opened anew.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "measure/meters.hpp"
#include "session/machine/channel_states.hpp"
#include "session/machine/energy_counters.hpp"
#include "session/machine/node_state.hpp"

namespace joulecast::session {

class NodeReading {
 public:
  /// `clock` must outlive it.
  NodeReading(sensors::SensorSelection selection, Seconds interval, const Clock& clock);

  /// See sampling::Sampler::start().
  [[nodiscard]] Status start();
  /// Takes the readings since the last call, also of drivers that have answered late.
  void take(EnergyCounters& counters);
  /// Fills in everything but NodeState::began.
  void describe(NodeState& state, const EnergyCounters& counters);
  /// The sensors of which a channel has ended, with the number of channels that each had.
  [[nodiscard]] std::map<std::string, std::size_t> ended() const;

 private:
  /// It was read lately, and a counter that always moves has moved.
  [[nodiscard]] bool is_up(std::size_t channel, Seconds now) const;
  [[nodiscard]] std::optional<Watts> power_of(std::size_t channel, Seconds now) const;
  [[nodiscard]] Seconds patience_with(std::size_t channel) const;
  [[nodiscard]] MeterState meter_of(const trace::ComponentEnergy& row, Seconds now) const;
  void add_gauges(NodeState& state, Seconds now) const;
  void add_sensors(NodeState& state, Seconds now);
  void expect_channels();

  measure::Meters meters_;
  const Clock& clock_;
  SteadyTime start_;
  WallTime started_;
  ChannelStates latest_;
  sampling::Recorder recorder_;
  // By channel:
  std::vector<bool> ended_;  ///< it gives no more readings
  std::vector<Seconds> periods_;
};

}  // namespace joulecast::session
