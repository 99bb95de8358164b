#include "sampling/sampler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "unit/sampling/recorded_readings.hpp"

namespace joulecast::sampling {
namespace {

using testing::energy_channel;
using testing::power_channel;
using trace::Component;

TEST(Sampler, ReadsInTheBackgroundAndTakesALastReading) {
  std::atomic<int> reads{0};
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(fast_type, {power_channel("p", Component::cpu)}, [&](auto readings) {
    readings[0] = trace::RawValue{static_cast<double>(++reads)};
  }));
  Sampler sampler(std::move(sensors), {Seconds{0.002}});
  ASSERT_TRUE(sampler.start());
  EXPECT_GE(reads, 1) << "the first reading is taken before start() returns";
  while (reads < 5) std::this_thread::yield();
  sampler.stop();
  const int all = reads;
  std::vector<RawSample> samples;
  sampler.drain(samples);
  EXPECT_EQ(samples.size(), static_cast<std::size_t>(all));
  for (std::size_t i = 1; i < samples.size(); ++i) EXPECT_LT(samples[i - 1].time, samples[i].time);
  EXPECT_EQ(sampler.statuses().front().readings, static_cast<std::uint64_t>(all));
}

TEST(Sampler, AHangingSensorDelaysNobodyElse) {
  std::atomic<int> reads{0};
  const auto hold = std::make_shared<std::atomic<bool>>(true);
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(slow_type, {power_channel("bmc", Component::node)}, [hold](auto) {
    while (*hold) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }));
  sensors.push_back(testing::scripted(fast_type, {power_channel("p", Component::cpu)}, [&](auto readings) {
    readings[0] = trace::RawValue{1.0};
    ++reads;
  }));
  Sampler sampler(std::move(sensors), {Seconds{0.002}, Seconds{0.01}, Seconds{0.01}});
  ASSERT_TRUE(sampler.start());
  while (reads < 5) std::this_thread::yield();
  sampler.stop();  // returns although the other thread never answers
  *hold = false;
  EXPECT_GE(reads, 5);
}

TEST(Sampler, AnEndedChannelIsRecordedWithItsReason) {
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(fast_type, {power_channel("p", Component::gpu)}, [](auto readings) {
    readings[0] = sensors::ChannelReading{Failure{Error{ErrorKind::gone, "GPU is lost", "nvml"}}};
  }));
  Sampler sampler(std::move(sensors), {Seconds{0.002}});
  ASSERT_TRUE(sampler.start());
  sampler.stop();
  std::vector<RawSample> samples;
  sampler.drain(samples);
  ASSERT_EQ(samples.size(), 1u) << "said once";
  EXPECT_EQ(samples[0].kind, RawSample::Kind::ended);
  EXPECT_NE(sampler.statuses().front().reason.find("GPU is lost"), std::string::npos);
}

/// Jumps ahead when it is told to.
class JumpingClock : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override {
    return system_clock().steady() + Seconds{ahead_s.load()};
  }
  [[nodiscard]] WallTime wall() const override { return system_clock().wall(); }
  [[nodiscard]] Seconds suspended() const override { return system_clock().suspended(); }
  std::atomic<double> ahead_s = 0;
};

TEST(Sampler, WhatCameOutOfAHangIsNoReading) {
  JumpingClock clock;
  std::atomic<int> reads{0};
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(fast_type, {power_channel("p", Component::gpu)}, [&](auto readings) {
    if (++reads == 3) clock.ahead_s = 60;
    readings[0] = trace::RawValue{static_cast<double>(reads)};
  }));
  Sampler sampler(std::move(sensors), {Seconds{0.002}}, clock);
  ASSERT_TRUE(sampler.start());
  while (reads < 5) std::this_thread::yield();
  sampler.stop();
  std::vector<RawSample> samples;
  sampler.drain(samples);
  ASSERT_GE(samples.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(samples[i].kind, i == 2 ? RawSample::Kind::failed : RawSample::Kind::value) << i;
}

TEST(Sampler, ReadsAWrappingCounterOftenEnough) {
  auto channel = energy_channel("package", Component::cpu);
  channel.wrap_range = 1000;  // 1 J at 1 mJ a count: 10 ms at 100 W
  channel.plausible_maximum = Watts{100};
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(fast_type, {channel}, [](auto) {}));
  const Sampler sampler(std::move(sensors), {Seconds{60}});
  EXPECT_DOUBLE_EQ(sampler.period(0).value(), 0.0025);
}

}  // namespace
}  // namespace joulecast::sampling
