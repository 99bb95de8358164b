#include "trace/counter.hpp"

#include <gtest/gtest.h>

namespace joulecast::trace {
namespace {

Channel counter_channel(std::uint64_t wrap_range, double maximum_watts) {
  Channel channel;
  channel.quantity = Quantity::energy;
  channel.behaviour = Behaviour::counter;
  channel.resolution = 1e-6;  // microjoules, as powercap
  channel.wrap_range = wrap_range;
  channel.plausible_maximum = Watts{maximum_watts};
  return channel;
}

SteadyTime at(double seconds) {
  return SteadyTime{} + Seconds{seconds};
}

TEST(CounterDecoder, CountsOrdinarySteps) {
  CounterDecoder decoder(counter_channel(0, 0));
  EXPECT_EQ(decoder.step(at(0), 5'000'000).kind, StepKind::first);
  const auto step = decoder.step(at(1), 55'000'000);
  EXPECT_EQ(step.kind, StepKind::step);
  EXPECT_DOUBLE_EQ(step.energy.value(), 50);
  EXPECT_DOUBLE_EQ(decoder.total().value(), 50);
}

TEST(CounterDecoder, CorrectsOneWrap) {
  CounterDecoder decoder(counter_channel(65'000'000, 100));  // 65 J
  (void)decoder.step(at(0), 60'000'000);
  const auto step = decoder.step(at(0.5), 10'000'000);
  EXPECT_EQ(step.kind, StepKind::wrapped);
  EXPECT_DOUBLE_EQ(step.energy.value(), 15);
}

TEST(CounterDecoder, AdmitsThatItCannotKnowHowManyWraps) {
  CounterDecoder decoder(counter_channel(65'000'000, 100));
  (void)decoder.step(at(0), 60'000'000);
  EXPECT_EQ(decoder.step(at(10), 61'000'000).kind, StepKind::ambiguous);  // 100 W x 10 s is 15 ranges
  EXPECT_DOUBLE_EQ(decoder.total().value(), 0);
  EXPECT_TRUE(decoder.step(at(10.1), 62'000'000).usable());  // and goes on from there
}

TEST(CounterDecoder, TellsARestartFromAWrap) {
  // The range is 262 kJ at up to 300 W. A fall to 0 within a second would require 162 kJ.
  CounterDecoder decoder(counter_channel(262'000'000'000, 300));
  (void)decoder.step(at(0), 100'000'000'000);
  EXPECT_EQ(decoder.step(at(1), 1'000).kind, StepKind::restarted);
  EXPECT_DOUBLE_EQ(decoder.total().value(), 0);
}

TEST(CounterDecoder, AFallWithoutARangeIsARestart) {
  CounterDecoder decoder(counter_channel(0, 0));
  (void)decoder.step(at(0), 100);
  EXPECT_EQ(decoder.step(at(1), 99).kind, StepKind::restarted);
}

TEST(CounterDecoder, RefusesImplausibleJumps) {
  CounterDecoder decoder(counter_channel(0, 300));
  (void)decoder.step(at(0), 0);
  EXPECT_EQ(decoder.step(at(1), 1'000'000'000).kind, StepKind::implausible);  // 1 kJ in 1 s at 300 W
}

TEST(CounterDecoder, KeepsSixtyFourBits) {
  CounterDecoder decoder(counter_channel(0, 0));
  const std::uint64_t large = 0xFFFF'FFFF'FFFF'0000ULL;
  (void)decoder.step(at(0), large);
  EXPECT_DOUBLE_EQ(decoder.step(at(1), large + 7).energy.value(), 7e-6);
}

}  // namespace
}  // namespace joulecast::trace
