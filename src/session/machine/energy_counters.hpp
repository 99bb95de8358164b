// Energy counters that never fall. A measurement's own figures may: another channel may become a device's
// source, and a sensor that is opened again begins at 0.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "trace/energy.hpp"

namespace joulecast::session {

class EnergyCounters {
 public:
  using Device = std::pair<trace::Component, std::string>;

  /// Adds what each row has gained since the last call. A row that is new begins with all it has; one whose
  /// channel has changed begins with nothing.
  void take(const trace::RunEnergy& energy);
  /// The meters are read anew: their rows begin at 0 once more.
  void begin_again();

  /// 0 for an unknown device.
  [[nodiscard]] Joules of(const Device& device) const;
  /// The sum over the rows that were in the total whenever they gained.
  [[nodiscard]] Joules total() const { return total_; }

 private:
  struct Counter {
    Joules energy{0};
    std::string channel;  ///< that `last` was read from
    Joules last{0};
  };
  std::map<Device, Counter> counters_;
  Joules total_{0};
};

}  // namespace joulecast::session
