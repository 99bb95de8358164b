// From values to positions, with round numbers on the axis. Shared by the SVG and the terminal plots.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/plot.hpp"

namespace joulecast::report {

struct Tick {
  double value = 0;
  std::string label;
};

/// Ticks at 1, 2 or 5 times a power of ten inside [low, high], about `wanted` of them, labelled with the
/// digits that tell them apart. On a logarithmic axis: decades, with 2 and 5 between them where decades are
/// few.
[[nodiscard]] std::vector<Tick> nice_ticks(double low, double high, int wanted, bool logarithmic);

/// Maps an axis' range on 0..1. Grows by including values; 5 % of air is left on both sides unless the axis
/// is fixed.
class Scale {
 public:
  explicit Scale(const Axis& axis) : axis_(axis) {}
  void include(double value);  ///< ignores what cannot be shown: not finite, or <= 0 on a logarithmic axis
  void include(std::span<const double> values);
  /// Ends the growing. A range without a value becomes 0..1 (1..10), one without width is widened.
  void finish();

  [[nodiscard]] bool shows(double value) const;       ///< finite and within the range
  [[nodiscard]] double position(double value) const;  ///< 0..1, clamped; NaN for what cannot be shown
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
