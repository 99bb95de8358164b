// Maps values to positions and chooses round numbers for an axis. Shared by the SVG and terminal plots.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/pictures/plot.hpp"

namespace joulecast::report {

struct Tick {
  double value = 0;
  std::string label;
};

/// About `wanted` ticks inside [low, high] at 1, 2 or 5 times a power of ten, with enough digits to tell them
/// apart. A logarithmic axis has a tick at each decade, and at 3, or 2 and 5, times it if there are few.
[[nodiscard]] std::vector<Tick> nice_ticks(double low, double high, int wanted, bool logarithmic);

/// Maps the range of an axis to 0..1. The range grows to include all values, with a margin of 5 % on both
/// sides unless the axis is fixed.
class Scale {
 public:
  explicit Scale(const Axis& axis) : axis_(axis) {}
  /// Ignores values that cannot be shown: not finite, or <= 0 on a logarithmic axis.
  void include(double value);
  void include(std::span<const double> values);
  /// Completes the range. A range without values becomes 0..1 (logarithmic: 1..10). A range of zero width is
  /// widened.
  void finish();

  /// Whether the value is finite and within the range.
  [[nodiscard]] bool shows(double value) const;
  /// 0..1, clamped; NaN if the value cannot be shown.
  [[nodiscard]] double position(double value) const;
  [[nodiscard]] std::vector<Tick> ticks(int wanted) const;
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

 private:
  [[nodiscard]] bool possible(double value) const;
  [[nodiscard]] double transformed(double value) const;
  Axis axis_;
  bool any_ = false;
  double low_ = 0;
  double high_ = 0;
};

}  // namespace joulecast::report
