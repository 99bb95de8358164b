// The sensors of a measurement: those that read, those whose drivers have not answered yet, and those that
// cannot.
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
  /// `clock` outlives the meters.
  Meters(sensors::SensorSelection selection, Seconds interval, const Clock& clock);

  [[nodiscard]] sampling::Sampler& sampler() { return sampler_; }
  [[nodiscard]] const std::vector<trace::Channel>& channels() const { return sampler_.channels(); }

  /// Takes readings for so long, or until `stop`, and returns the mean power of what counts in a total;
  /// nothing where nothing measures it.
  [[nodiscard]] std::optional<Watts> mean_power(Seconds duration, const std::function<bool()>& stop);
  /// What was read since the last call.
  [[nodiscard]] const std::vector<sampling::RawSample>& drain();
  /// Lets the sensors read whose drivers have answered since; their names. Their channels are the last ones.
  [[nodiscard]] std::vector<std::string_view> take_late();
  /// Of every sensor, those included that never opened. At the end.
  [[nodiscard]] std::vector<trace::SensorStatus> statuses();

 private:
  std::vector<sensors::Opening> late_;
  std::vector<sensors::RefusedSensor> refused_;
  const Clock& clock_;
  sampling::Sampler sampler_;
  std::vector<sampling::RawSample> samples_;
};

}  // namespace joulecast::measure
