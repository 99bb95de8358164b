// What a channel had used by a time that has passed: its latest readings, and older ones further apart.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace joulecast::sampling {

class EnergyHistory {
 public:
  /// A reading: the energy since the channel's first one, and the power there where it is a gauge. Times
  /// rise.
  void add(double time, double energy, double power = 0);
  /// From second 0 on, as trace::integrate() over the readings: along a gauge's line, or a counter's constant
  /// mean. 0 before the first reading; nothing after the last.
  [[nodiscard]] std::optional<double> energy_until(double time) const;
  [[nodiscard]] std::size_t size() const { return readings_.size(); }

 private:
  struct Reading {
    double time, energy, power;
  };
  [[nodiscard]] std::optional<double> since_first(double time) const;

  std::vector<Reading> readings_;
  double at_zero_ = 0;  ///< used before second 0
};

}  // namespace joulecast::sampling
