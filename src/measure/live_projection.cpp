#include "measure/live_projection.hpp"

#include <algorithm>

namespace joulecast::measure {

estimate::Projection at_time(estimate::Projection projection, Joules used, Seconds elapsed) {
  auto& total = projection.total;
  projection.used = std::max(projection.used, used);
  total.value = std::max(total.value, used);
  if (total.interval) {
    total.interval->low = std::max(total.interval->low, used);
    total.interval->high = std::max(total.interval->high, total.value);
  }
  auto& left = projection.remaining_time;
  const auto since = std::max(Seconds{0}, elapsed - (projection.duration.value - left.value));
  const auto go_on = [&](Seconds& time) { time = std::max(Seconds{0}, time - since); };
  go_on(left.value);
  if (left.interval) {
    go_on(left.interval->low);
    go_on(left.interval->high);
  }
  return projection;
}

}  // namespace joulecast::measure
