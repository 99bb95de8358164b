// Finds single readings of a power that no board gives and that stand alone between much lower ones: a digit
// too many, a word that was read while it was written.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// Holds a reading back that may be a spike until the next one tells.
class SpikeWatch {
 public:
  struct Reading {
    double time = 0;
    double value = 0;
  };

  /// Of powers only; other channels have no spikes.
  explicit SpikeWatch(const trace::Channel& channel);

  /// Whether these values (NaN = none) need no look at each of them. They are the next ones then.
  [[nodiscard]] bool passes(std::span<const double> values);
  /// Takes the next reading, and appends those that are certain now to `out`; NaN = it was a spike.
  void take(Reading reading, std::vector<Reading>& out);
  /// Nothing follows, or it is not known how soon: what was held back is judged by the reading before it.
  void settle(std::vector<Reading>& out) { judge(std::nullopt, out); }
  /// What was said of the spikes since the last call: "gpu0_power: 2900 W in one reading, 200 W before it".
  [[nodiscard]] std::vector<std::string> take_told() { return std::exchange(told_, {}); }

 private:
  void judge(std::optional<double> next, std::vector<Reading>& out);

  std::string name_;
  double least_ = std::numeric_limits<double>::infinity();  ///< watts of a spike
  double ratio_ = 1;                                        ///< to its neighbours
  std::optional<double> before_;
  std::optional<Reading> held_;
  std::vector<std::string> told_;
};

}  // namespace joulecast::formats
