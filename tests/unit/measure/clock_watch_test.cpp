// Tells a machine that slept from one whose clock was set.
#include "measure/clock_watch.hpp"

#include <gtest/gtest.h>

namespace joulecast::measure {
namespace {

TEST(ClockWatch, TellsASuspendFromASetClock) {
  FakeClock clock;
  ClockWatch watch(clock);
  clock.advance(Seconds{60});
  EXPECT_TRUE(watch.look().empty());
  clock.suspend(Seconds{3600});
  auto lines = watch.look();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("suspended for 1 h 00 min"), std::string::npos) << lines[0];
  clock.step_wall(Seconds{-90});
  lines = watch.look();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("back"), std::string::npos) << lines[0];
  EXPECT_TRUE(watch.look().empty());
}

}  // namespace
}  // namespace joulecast::measure
