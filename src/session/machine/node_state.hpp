// What a machine's meters say: a value that can be shown, handed on and compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/provenance.hpp"
#include "base/units.hpp"
#include "trace/channel.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// One device and the energy that it has used since the meters were first read.
struct MeterState {
  trace::Component component = trace::Component::other;
  std::string device;       ///< "" where the component has only one
  std::string device_name;  ///< "NVIDIA H100 80GB HBM3"; "" = unknown
  std::string channel;      ///< where the figure comes from, and
  std::string sensor;       ///< which sensor reads it
  Provenance provenance = Provenance::measured;
  bool in_total = true;        ///< false if another device's figure already contains this one
  Joules energy{0};            ///< never falls, whatever happens to the source
  std::optional<Watts> power;  ///< now; nothing if the meter is silent
  bool up = false;             ///< it was read lately
  WallTime last_reading;       ///< of its energy
};

/// The present value of a reading that is no energy: a utilisation, a temperature, a clock.
struct GaugeState {
  trace::Quantity quantity = trace::Quantity::utilisation;
  trace::Component component = trace::Component::other;
  std::string device;
  double value = 0;  ///< in the quantity's base unit
};

/// A sensor, and how its readings went so far.
struct SensorState {
  std::string sensor;
  bool up = false;     ///< every channel that it had at the beginning is still read
  std::string reason;  ///< why not; "" if it is up
  std::uint64_t readings = 0;
  std::uint64_t failed_readings = 0;
};

struct NodeState {
  WallTime began;  ///< the counters begin at 0 here
  WallTime at;
  std::vector<MeterState> meters;    ///< at most one for each component and device
  Joules total{0};                   ///< of everything in the total, each joule once; never falls
  std::optional<Watts> power;        ///< the same now; nothing if any of its meters is silent
  std::vector<std::string> missing;  ///< components that no figure contains
  std::vector<GaugeState> gauges;
  std::vector<SensorState> sensors;  ///< those that were opened
  std::uint64_t dropped_readings = 0;
};

}  // namespace joulecast::session
