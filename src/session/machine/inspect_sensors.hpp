// What each sensor of this machine says now: `joulecast sensors`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sensors/support/selection.hpp"

namespace joulecast::session {

struct SensorsRequest {
  std::vector<std::string> sensors;  ///< only these; empty = those that a measurement would use
  std::vector<std::string> gpus;     ///< only these, by index or UUID; empty = those visible to a program
  Seconds between{0.3};  ///< from the first reading to the second: some update periods of the slowest counter
};

/// One channel and what it says now.
struct ChannelNow {
  trace::Channel channel;
  std::optional<double> value;  ///< in `unit`; of an energy counter its power between the two readings
  std::string unit;             ///< base unit of the value: "W", "share", "B", …
  std::string error;            ///< why there is no value; "" where there is one
};

struct SensorNow {
  const sensors::SensorType* type = nullptr;
  std::string unused_because;  ///< "" where a measurement uses it
  std::vector<ChannelNow> channels;
};

/// In the order in which they opened, then those that did not.
struct SensorsNow {
  std::vector<SensorNow> sensors;
};

/// Opens the sensors that a measurement would use and reads each twice. invalid for a sensor or GPU that does
/// not exist.
[[nodiscard]] Result<SensorsNow> inspect_sensors(
    const SensorsRequest& request, sensors::Environment environment = sensors::real_environment());

}  // namespace joulecast::session
