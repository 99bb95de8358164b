#include <gmock/gmock.h>

#include "trace/counter.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {

trace::Run recorded() {
  trace::Run run;
  run.span = {Seconds{0}, Seconds{4}};
  trace::Trace power;
  power.channel.name = "gpu0_w";
  power.channel.component = trace::Component::gpu;
  power.times = {0, 1, 3, 4};
  power.values = {100, 200, 400, 400};
  power.gaps = {{Seconds{1}, Seconds{3}}};
  trace::Trace energy;
  energy.channel.name = "cpu0_j";
  energy.channel.quantity = trace::Quantity::energy;
  energy.channel.behaviour = trace::Behaviour::counter;
  energy.channel.resolution = 0.1;
  energy.channel.wrap_range = 77;
  energy.times = {0, 2, 4};
  energy.values = {0, 50, 120.5};
  run.traces = {power, energy};
  return run;
}

TEST(Replay, PlaysAtTheClocksPace) {
  const auto run = recorded();
  Fake fake;
  fake.environment.replay = &run;
  const auto sensor = sensor_type("replay").open(fake.environment).value();
  EXPECT_EQ(channel(*sensor, "cpu0_j").wrap_range, 0U);
  trace::CounterDecoder decoder(channel(*sensor, "cpu0_j"));
  decoder.step(fake.clock.steady(), count(*sensor, "cpu0_j"));
  EXPECT_DOUBLE_EQ(gauge(*sensor, "gpu0_w"), 100);
  fake.clock.advance(Seconds{0.5});
  EXPECT_DOUBLE_EQ(gauge(*sensor, "gpu0_w"), 150);
  fake.clock.advance(Seconds{1.5});
  EXPECT_EQ(read_one(*sensor, "gpu0_w").error().kind, ErrorKind::retry) << "a recorded gap is a gap again";
  fake.clock.advance(Seconds{2});
  EXPECT_DOUBLE_EQ(gauge(*sensor, "gpu0_w"), 400);
  decoder.step(fake.clock.steady(), count(*sensor, "cpu0_j"));
  EXPECT_NEAR(decoder.total().value(), 120.5, 1e-5);
  fake.clock.advance(Seconds{0.1});
  EXPECT_EQ(read_one(*sensor, "gpu0_w").error().kind, ErrorKind::gone);
}

TEST(Replay, NeedsARun) {
  Fake fake;
  EXPECT_EQ(sensor_type("replay").open(fake.environment).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(sensor_type("replay").probe(fake.environment).usable);
}

}  // namespace
}  // namespace joulecast::sensors
