#include "report/pictures/box_shape.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/summary.hpp"

namespace joulecast::report {

std::optional<BoxShape> box_shape(std::span<const double> values) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double v) { return std::isfinite(v); });
  if (finite.empty()) return std::nullopt;
  std::sort(finite.begin(), finite.end());
  BoxShape shape{0, stats::quantile_sorted(finite, 0.25), stats::median_sorted(finite),
                 stats::quantile_sorted(finite, 0.75), 0};
  const double reach = 1.5 * (shape.q3 - shape.q1);
  shape.whisker_low = *std::lower_bound(finite.begin(), finite.end(), shape.q1 - reach);
  shape.whisker_high = *std::prev(std::upper_bound(finite.begin(), finite.end(), shape.q3 + reach));
  // Quartiles are interpolated, so a whisker could end inside the box without this.
  shape.whisker_low = std::min(shape.whisker_low, shape.q1);
  shape.whisker_high = std::max(shape.whisker_high, shape.q3);
  return shape;
}

}  // namespace joulecast::report
