// Which of the build's sensors a measurement uses on this machine.
#pragma once

#include "sensors/support/opening.hpp"
#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {

struct OpenedSensor {
  const SensorType* type = nullptr;
  std::unique_ptr<Sensor> sensor;
};

struct RefusedSensor {
  const SensorType* type = nullptr;
  Error error;  ///< unavailable and "not needed" where another one does its work
};

struct SensorSelection {
  std::vector<OpenedSensor> opened;
  std::vector<RefusedSensor> refused;
  std::vector<Opening> late;  ///< drivers that have not answered yet; they may still
};

/// Opens every sensor that works here, or only the named ones; meters first. A sensor that yields to another
/// is left out where that one opened, and a model where a meter of its component opened, unless the user
/// named it. invalid for a name that no sensor has, or where a named device does not exist. Drivers of GPUs
/// open side by side with everything else, and are late after `patience`.
[[nodiscard]] Result<SensorSelection> open_sensors(const Environment& environment,
                                                   std::span<const std::string> names,
                                                   Seconds patience = Seconds{10});

/// Whether the sensor measures (not models) the energy or power of the component.
[[nodiscard]] bool measures(const Sensor& sensor, trace::Component component);

}  // namespace joulecast::sensors
