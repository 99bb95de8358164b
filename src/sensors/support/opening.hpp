// Opening a sensor without waiting for its driver: nvmlInit takes seconds where no GPU is in use, and may
// hang.
#pragma once

#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {

/// Opens a sensor on a thread of its own. A thread that never ends is left behind; it touches nothing of
/// ours.
class Opening {
 public:
  /// `environment` is copied; what it points to must outlive the thread.
  Opening(const SensorType& type, const Environment& environment);

  [[nodiscard]] const SensorType& type() const { return *type_; }
  /// Waits at most this long; whether there is an answer.
  [[nodiscard]] bool wait(Seconds limit) const;
  /// The answer; retry where there is none yet, or there could be no thread. Once.
  [[nodiscard]] Result<std::unique_ptr<Sensor>> take();

 private:
  struct State;
  const SensorType* type_;
  std::shared_ptr<State> state_;
};

}  // namespace joulecast::sensors
