// The sensors of a measurement: the ones that are read, the ones whose drivers have not answered yet, and the
// ones that cannot be used.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sampling/recorder.hpp"
#include "sampling/sampler.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::measure {

/// The machine while nothing of the measured work ran.
struct IdleLook {
  std::optional<Watts> power;  ///< mean of everything that is measured; nothing if no sensor measures it
  std::string busy;            ///< "cpu 98 %, gpu GPU-5f3a 40 %": what was not idle; "" if all was
};

class Meters {
 public:
  /// `clock` must outlive the meters.
  Meters(sensors::SensorSelection selection, Seconds interval, const Clock& clock);

  [[nodiscard]] sampling::Sampler& sampler() { return sampler_; }
  [[nodiscard]] const std::vector<trace::Channel>& channels() const { return sampler_.channels(); }

  /// Reads the sensors for this duration, or until `stop` returns true. Ends with a reading of every sensor,
  /// which the next drain() returns: it is the first one of what is measured next.
  [[nodiscard]] IdleLook look_at_idle(Seconds duration, const std::function<bool()>& stop);
  /// The readings since the previous call.
  [[nodiscard]] const std::vector<sampling::RawSample>& drain();
  /// Starts the sensors whose drivers have answered since the previous call, and returns their names. Their
  /// channels are appended after the others.
  [[nodiscard]] std::vector<std::string_view> take_late();
  /// Whether a driver may still answer.
  [[nodiscard]] bool awaits_drivers() const { return !late_.empty(); }
  /// The status of every sensor, including the ones that never opened. Call at the end.
  [[nodiscard]] std::vector<trace::SensorStatus> statuses();

 private:
  std::vector<sensors::Opening> late_;
  std::vector<sensors::RefusedSensor> refused_;
  const Clock& clock_;
  sampling::Sampler sampler_;
  std::vector<sampling::RawSample> samples_;
  std::vector<sampling::RawSample> kept_;  ///< for the next drain()
};

}  // namespace joulecast::measure
