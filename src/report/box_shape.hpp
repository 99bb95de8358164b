// The five numbers of a Tukey box, the same in the SVG and in the terminal.
#pragma once

#include <optional>
#include <span>

namespace joulecast::report {

struct BoxShape {
  double whisker_low = 0;  ///< lowest value within 1.5 box lengths of the box
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double whisker_high = 0;
};

/// Of the finite values; nothing where there are none.
[[nodiscard]] std::optional<BoxShape> box_shape(std::span<const double> values);

}  // namespace joulecast::report
