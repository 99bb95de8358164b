// The five numbers of a Tukey box plot, shared by SVG and terminal.
#pragma once

#include <optional>
#include <span>

namespace joulecast::report {

struct BoxShape {
  /// Lowest value within 1.5 box lengths of the box.
  double whisker_low = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double whisker_high = 0;
};

/// Uses the finite values; nothing if there are none.
[[nodiscard]] std::optional<BoxShape> box_shape(std::span<const double> values);

}  // namespace joulecast::report
