// Which sensors a measurement uses: what the machine has, what the user allows, nothing read twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sensors/support/sensor.hpp"
#include "trace/run.hpp"

namespace joulecast::sampling {

struct OpenSensor {
  const sensors::SensorType* type = nullptr;
  std::unique_ptr<sensors::Sensor> sensor;
};

struct OpenedSensors {
  std::vector<OpenSensor> sensors;
  std::vector<trace::SensorStatus> unused;  ///< the others, each with its reason
};

/// Opens every sensor of `types`, or only those named in `only`. Meters come before models: a model opens
/// only where no meter of its component did, and a sensor stays out where a cheaper one of the same meter
/// opened. invalid for a name that no sensor has.
[[nodiscard]] Result<OpenedSensors> open_sensors(
    const sensors::Environment& environment, const std::vector<std::string>& only = {},
    std::span<const sensors::SensorType* const> types = sensors::all_sensors());

}  // namespace joulecast::sampling
