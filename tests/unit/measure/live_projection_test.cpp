#include "measure/live_projection.hpp"

#include <gtest/gtest.h>

namespace joulecast::measure {
namespace {

/// At 100 s, with 1 kJ used: 40 s and 400 J to go.
estimate::Projection after_100_s() {
  estimate::Projection projection;
  projection.used = Joules{1000};
  projection.total = {Joules{1400}, estimate::Interval<Joules>{Joules{1300}, Joules{1500}}};
  projection.duration = {Seconds{140}, estimate::Interval<Seconds>{Seconds{130}, Seconds{150}}};
  projection.remaining_time = {Seconds{40}, estimate::Interval<Seconds>{Seconds{30}, Seconds{50}}};
  return projection;
}

TEST(LiveProjection, TheTimeLeftGoesDownBetweenCounts) {
  EXPECT_EQ(at_time(after_100_s(), Joules{1000}, Seconds{100}).remaining_time.value, Seconds{40});
  const auto later = at_time(after_100_s(), Joules{1100}, Seconds{135});
  EXPECT_EQ(later.remaining_time.value, Seconds{5});
  EXPECT_EQ(later.remaining_time.interval->low, Seconds{0});
  EXPECT_EQ(later.remaining_time.interval->high, Seconds{15});
  EXPECT_EQ(at_time(after_100_s(), Joules{1100}, Seconds{300}).remaining_time.value, Seconds{0});
}

TEST(LiveProjection, TheTotalIsNeverBelowWhatIsUsed) {
  const auto later = at_time(after_100_s(), Joules{1600}, Seconds{170});
  EXPECT_EQ(later.total.value, Joules{1600});
  EXPECT_EQ(later.total.interval->low, Joules{1600});
  EXPECT_EQ(later.total.interval->high, Joules{1600});
}

}  // namespace
}  // namespace joulecast::measure
