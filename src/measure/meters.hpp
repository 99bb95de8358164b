// The sensors of a measurement: the ones that are read, the ones whose drivers have not answered yet, and the
// ones that cannot be used.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "sampling/recorder.hpp"
#include "sampling/sampler.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::measure {

class Meters {
 public:
  /// `clock` must outlive the meters.
  Meters(sensors::SensorSelection selection, Seconds interval, const Clock& clock);

  [[nodiscard]] sampling::Sampler& sampler() { return sampler_; }
  [[nodiscard]] const std::vector<trace::Channel>& channels() const { return sampler_.channels(); }

  /// Reads the sensors for this duration, or until `stop` returns true, and returns the mean total power.
  /// Nothing if no sensor measures it.
  [[nodiscard]] std::optional<Watts> mean_power(Seconds duration, const std::function<bool()>& stop);
  /// The readings since the previous call.
  [[nodiscard]] const std::vector<sampling::RawSample>& drain();
  /// Starts the sensors whose drivers have answered since the previous call, and returns their names. Their
  /// channels are appended after the others.
  [[nodiscard]] std::vector<std::string_view> take_late();
  /// The status of every sensor, including the ones that never opened. Call at the end.
  [[nodiscard]] std::vector<trace::SensorStatus> statuses();

 private:
  std::vector<sensors::Opening> late_;
  std::vector<sensors::RefusedSensor> refused_;
  const Clock& clock_;
  sampling::Sampler sampler_;
  std::vector<sampling::RawSample> samples_;
};

}  // namespace joulecast::measure
