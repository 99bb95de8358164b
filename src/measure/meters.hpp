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
  struct Late {
    std::string_view sensor;
    std::string ranks;  ///< whose boards it reads; "" where its driver took long
  };
  /// Starts the sensors that have opened since the previous call. Their channels are appended after the
  /// others.
  [[nodiscard]] std::vector<Late> take_late();
  /// Boards of other ranks of this node, which `ranks` names. That there are none (unavailable) is no fault.
  void await(sensors::Opening boards, std::string ranks);
  [[nodiscard]] bool awaits_boards() const { return !of_ranks_.empty(); }
  /// For as long, at most, until the boards of other ranks are there.
  void wait_for_boards(Seconds limit) const;
  /// Why boards of other ranks are not measured, where something went wrong.
  [[nodiscard]] const std::vector<std::string>& faults_of_ranks() const { return faults_of_ranks_; }
  [[nodiscard]] bool is_refused(std::string_view sensor) const;
  /// Whether a driver may still answer.
  [[nodiscard]] bool awaits_drivers() const { return !late_.empty(); }
  /// The status of every sensor, including the ones that never opened. Call at the end.
  [[nodiscard]] std::vector<trace::SensorStatus> statuses();

 private:
  struct OfRank {
    sensors::Opening opening;
    std::string ranks;
  };
  std::vector<sensors::Opening> late_;
  std::vector<OfRank> of_ranks_;
  std::vector<std::string> faults_of_ranks_;
  std::vector<sensors::RefusedSensor> refused_;
  const Clock& clock_;
  sampling::Sampler sampler_;
  std::vector<sampling::RawSample> samples_;
  std::vector<sampling::RawSample> kept_;  ///< for the next drain()
};

}  // namespace joulecast::measure
