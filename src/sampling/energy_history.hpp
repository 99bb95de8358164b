// The energy of a channel at past times: keeps the latest readings, and older ones at larger distances.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace joulecast::sampling {

class EnergyHistory {
 public:
  /// Adds a reading: the energy since the channel's first reading and, for a gauge, the power. Times must
  /// rise.
  void add(double time, double energy, double power = 0);
  /// Energy from second 0, computed like trace::integrate(): linear between readings of a gauge, constant
  /// mean power between readings of a counter. 0 before the first reading; nothing after the last.
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
