// What a channel had used by a time that has passed: its latest readings, and older ones further apart.
#pragma once

#include <optional>
#include <vector>

namespace joulecast::sampling {

class EnergyHistory {
 public:
  /// A reading: the energy since the channel's first one, and the power there where it is a gauge. Times
  /// rise.
  void add(double time, double energy, double power = 0);
  /// As trace::integrate() over the readings: along a gauge's line, or a counter's constant mean. 0 before
  /// the first reading; nothing after the last.
  [[nodiscard]] std::optional<double> energy_until(double time) const;

 private:
  struct Reading {
    double time, energy, power;
  };
  std::vector<Reading> readings_;
};

}  // namespace joulecast::sampling
