#include "session/machine/channel_states.hpp"

#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

TEST(ChannelStates, AGaugeIsItsLastValue) {
  ChannelStates states;
  states.expect({false});
  EXPECT_EQ(states.of(0), nullptr);
  states.append(0, 1, 50);
  states.append(0, 2, 60);
  EXPECT_EQ(states.of(0)->value, 60);
  EXPECT_EQ(states.of(0)->time, Seconds{2});
  EXPECT_EQ(states.of(0)->power, std::nullopt);
}

TEST(ChannelStates, ACounterGivesTheMeanPowerBetweenItsChanges) {
  ChannelStates states;
  states.expect({true});
  states.append(0, 1, 100);
  EXPECT_EQ(states.of(0)->power, std::nullopt);
  states.append(0, 2, 150);
  EXPECT_EQ(states.of(0)->power, Watts{50});
  states.append(0, 3, 150);  // a meter that is updated rarely draws no 0 W
  EXPECT_EQ(states.of(0)->power, Watts{50});
  EXPECT_EQ(states.of(0)->changed, Seconds{2});
  states.append(0, 4, 210);
  EXPECT_EQ(states.of(0)->power, Watts{30});
}

TEST(ChannelStates, ThePowerOverAGapIsNotKnown) {
  ChannelStates states;
  states.expect({true});
  states.append(0, 1, 100);
  states.append(0, 2, 150);
  states.gap(0, {Seconds{1}, Seconds{2}});
  EXPECT_EQ(states.of(0)->power, std::nullopt);
  states.gap(9, {Seconds{1}, Seconds{2}});
}

}  // namespace
}  // namespace joulecast::session
