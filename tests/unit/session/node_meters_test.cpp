#include "session/machine/node_meters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "session/machine/node_reading.hpp"
#include "support/scripted_sensor.hpp"

namespace joulecast::session {
namespace {

using sensors::ChannelReading;
using trace::Component;

const sensors::SensorType scripted_type{
    .name = "scripted", .description = "", .probe = nullptr, .open = nullptr};

sensors::SensorSelection selection_of(std::vector<trace::Channel> channels, testing::Script script) {
  for (auto& channel : channels) channel.sensor = "scripted";
  sensors::SensorSelection selection;
  selection.opened.push_back(testing::scripted(scripted_type, std::move(channels), std::move(script)));
  return selection;
}

/// Takes readings until the state is as a test expects it, or half a minute has passed.
NodeState state_when(NodeReading& reading, EnergyCounters& counters,
                     const std::function<bool(const NodeState&)>& ready) {
  NodeState state;
  for (int i = 0; i < 3000; ++i) {
    reading.take(counters);
    state = {};
    reading.describe(state, counters);
    if (ready(state)) return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "the meters did not get there";
  return state;
}

TEST(NodeReading, EnergyAndPowerOfACounter) {
  std::atomic<std::uint64_t> millijoules{0};
  NodeReading reading(selection_of({testing::energy_channel("gpu0", Component::gpu)},
                                   [&](std::span<ChannelReading> readings) {
                                     readings[0] = trace::RawValue(millijoules += 1000);
                                   }),
                      Seconds{0.01}, system_clock());
  EnergyCounters counters;
  ASSERT_TRUE(reading.start());
  const auto state = state_when(reading, counters, [](const NodeState& s) {
    return !s.meters.empty() && s.meters[0].energy > Joules{5};
  });
  ASSERT_EQ(state.meters.size(), 1u);
  EXPECT_EQ(state.meters[0].device, "gpu0");
  EXPECT_EQ(state.meters[0].sensor, "scripted");
  EXPECT_TRUE(state.meters[0].up);
  ASSERT_TRUE(state.meters[0].power);
  EXPECT_GT(*state.meters[0].power, Watts{0});
  EXPECT_EQ(state.total, state.meters[0].energy);
  ASSERT_EQ(state.sensors.size(), 1u);
  EXPECT_TRUE(state.sensors[0].up);
  EXPECT_GE(state.sensors[0].readings, 6u);
}

TEST(NodeReading, AMeterThatIsGoneKeepsItsEnergyAndIsTold) {
  std::atomic<std::uint64_t> millijoules{0};
  std::atomic<bool> gone{false};
  NodeReading reading(selection_of({testing::energy_channel("gpu0", Component::gpu)},
                                   [&](std::span<ChannelReading> readings) {
                                     readings[0] = trace::RawValue(millijoules += 1000);
                                     if (gone)
                                       readings[0] = fail(ErrorKind::gone, "gpu0", "fell off the bus");
                                   }),
                      Seconds{0.01}, system_clock());
  EnergyCounters counters;
  ASSERT_TRUE(reading.start());
  const auto before = state_when(reading, counters, [](const NodeState& s) {
    return !s.meters.empty() && s.meters[0].energy > Joules{5};
  });
  gone = true;
  const auto after = state_when(reading, counters, [](const NodeState& s) { return !s.meters[0].up; });
  EXPECT_GE(after.meters[0].energy, before.meters[0].energy);
  EXPECT_EQ(after.meters[0].power, std::nullopt);
  EXPECT_EQ(after.power, std::nullopt);
  EXPECT_FALSE(after.sensors[0].up);
  EXPECT_THAT(after.sensors[0].reason, ::testing::HasSubstr("fell off the bus"));
  EXPECT_THAT(reading.ended(), ::testing::ElementsAre(::testing::Pair("scripted", 1u)));
}

TEST(NodeReading, ASilentMeterHasNoPower) {
  FakeClock clock;
  NodeReading reading(
      selection_of({testing::power_channel("cpu0", Component::cpu)},
                   [&](std::span<ChannelReading> readings) { readings[0] = trace::RawValue(50.0); }),
      Seconds{600}, clock);
  EnergyCounters counters;
  ASSERT_TRUE(reading.start());
  clock.advance(Seconds{10'000});
  NodeState state;
  reading.take(counters);
  reading.describe(state, counters);
  ASSERT_EQ(state.sensors.size(), 1u);
  EXPECT_FALSE(state.sensors[0].up);
  EXPECT_EQ(state.power, std::nullopt);
}

TEST(NodeReading, OtherReadingsAreGauges) {
  auto busy = testing::power_channel("gpu0_busy", Component::gpu);
  busy.quantity = trace::Quantity::utilisation;
  NodeReading reading(
      selection_of({busy}, [&](std::span<ChannelReading> readings) { readings[0] = trace::RawValue(0.75); }),
      Seconds{0.01}, system_clock());
  EnergyCounters counters;
  ASSERT_TRUE(reading.start());
  const auto state = state_when(reading, counters, [](const NodeState& s) { return !s.gauges.empty(); });
  EXPECT_EQ(state.gauges[0].value, 0.75);
  EXPECT_EQ(state.gauges[0].quantity, trace::Quantity::utilisation);
  EXPECT_TRUE(state.meters.empty());
  EXPECT_EQ(state.power, std::nullopt);
}

TEST(NodeMeters, RefuseWhatTheyCannotDo) {
  NodeMetersOptions options;
  options.interval = Seconds{0.001};
  EXPECT_EQ(NodeMeters::start(options, sensors::real_environment()).error().where, "interval");
  options = {};
  options.sensors = {"no_such_sensor"};
  EXPECT_EQ(NodeMeters::start(options, sensors::real_environment()).error().kind, ErrorKind::invalid);
}

TEST(NodeMeters, AnswerWithoutWaiting) {
  trace::Run machine;
  machine.span = {Seconds{0}, Seconds{3600}};
  trace::Trace power;
  power.channel.name = "cpu_w";
  power.channel.component = Component::cpu;
  power.times = {0, 3600};
  power.values = {100, 100};
  machine.traces = {power};
  auto environment = sensors::real_environment();
  environment.replay = &machine;
  NodeMetersOptions options;
  options.interval = Seconds{0.01};
  options.sensors = {"replay"};
  const auto meters = NodeMeters::start(options, environment);
  ASSERT_TRUE(meters) << to_string(meters.error());
  Joules last{0};
  for (int i = 0; i < 3000 && last < Joules{5}; ++i) {
    const auto now = meters->now();
    if (!now->meters.empty()) {
      EXPECT_GE(now->meters[0].energy, last);
      last = now->meters[0].energy;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GE(last, Joules{5});
  EXPECT_EQ(meters->now()->power, Watts{100});
}

}  // namespace
}  // namespace joulecast::session
