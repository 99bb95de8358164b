// Opening a sensor without waiting for its driver: nvmlInit takes seconds where no GPU is in use, and may
// hang.
#pragma once

#include <functional>
#include <memory>

#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {

/// Opens a sensor on a separate thread. A thread that never ends is abandoned; it uses none of our data.
class Opening {
 public:
  /// `environment` is copied; what it points to must outlive the thread.
  Opening(const SensorType& type, const Environment& environment);
  using Open = std::function<Result<std::unique_ptr<Sensor>>(const Environment&)>;
  /// The same by another function than the type's own.
  Opening(const SensorType& type, const Environment& environment, Open open);

  [[nodiscard]] const SensorType& type() const { return *type_; }
  /// Waits at most this long. Returns whether the result is available.
  [[nodiscard]] bool wait(Seconds limit) const;
  /// The result. retry if there is none yet, or if no thread could be started. Call once.
  [[nodiscard]] Result<std::unique_ptr<Sensor>> take();

 private:
  struct State;
  const SensorType* type_;
  std::shared_ptr<State> state_;
};

}  // namespace joulecast::sensors
