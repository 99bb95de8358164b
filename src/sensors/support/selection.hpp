// Chooses the sensors that a measurement uses on this machine.
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
  /// unavailable and "not needed" if another sensor measures the same.
  Error error;
};

struct SensorSelection {
  std::vector<OpenedSensor> opened;
  std::vector<RefusedSensor> refused;
  /// Drivers that have not answered yet but may do so later.
  std::vector<Opening> late;
};

/// Opens every sensor that works here, or only the named ones; meters first. Unless the user named it, a
/// sensor is left out in two cases: it yields to another sensor that was opened, or it is a model and a meter
/// of its component was opened. invalid for an unknown sensor or device. Drivers of GPUs open in parallel
/// with everything else, and count as late after `patience`.
[[nodiscard]] Result<SensorSelection> open_sensors(const Environment& environment,
                                                   std::span<const std::string> names,
                                                   Seconds patience = Seconds{10});

/// Whether the sensor measures (not models) the energy or power of the component.
[[nodiscard]] bool measures(const Sensor& sensor, trace::Component component);

}  // namespace joulecast::sensors
