// Reads every sensor of this machine once: `joulecast sensors`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sensors/support/selection.hpp"

namespace joulecast::session {

struct SensorsRequest {
  /// Sensors to read; empty = the ones that a measurement would use.
  std::vector<std::string> sensors;
  /// GPUs to read, by index or UUID; empty = the ones that a program may see.
  std::vector<std::string> gpus;
  /// Time between the two readings; several update periods of the slowest counter.
  Seconds between{0.3};
};

/// One channel and its current value.
struct ChannelNow {
  trace::Channel channel;
  /// In `unit`. For an energy counter it is the power between the two readings.
  std::optional<double> value;
  std::string unit;  ///< base unit of the value: "W", "share", "B", …
  /// Why there is no value; "" if there is one.
  std::string error;
};

struct SensorNow {
  const sensors::SensorType* type = nullptr;
  std::string unused_because;  ///< "" if a measurement uses it
  std::vector<ChannelNow> channels;
};

/// The sensors that opened, in their order, then the others.
struct SensorsNow {
  std::vector<SensorNow> sensors;
};

/// Opens the sensors that a measurement would use and reads each twice. invalid for an unknown sensor or GPU.
[[nodiscard]] Result<SensorsNow> inspect_sensors(
    const SensorsRequest& request, sensors::Environment environment = sensors::real_environment());

}  // namespace joulecast::session
