#include "sampling/recorder.hpp"

#include <gtest/gtest.h>

#include "unit/sampling/recorded_readings.hpp"

namespace joulecast::sampling {
namespace {

using testing::energy_channel;
using testing::power_channel;
using trace::Component;

void feed(ChannelRecorder& recorder, const std::vector<RawSample>& samples) {
  for (const auto& sample : samples) recorder.take(sample, sample.time - at(0));
  recorder.finish();
}

TEST(ChannelRecorder, AMissedGaugeReadingIsAGapAndAMissedCounterReadingIsNone) {
  MemorySink sink;
  ChannelRecorder gauge(power_channel("p", Component::gpu), Seconds{1}, 0, sink);
  feed(gauge, {value(0, 100.0), failure(1), value(2, 100.0)});
  ASSERT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(sink.traces[0].gaps[0], (trace::Span{Seconds{0}, Seconds{2}}));

  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{1}, 1, sink);
  feed(counter, {value(0, std::uint64_t{0}), failure(1), value(2, std::uint64_t{200'000})});
  EXPECT_TRUE(sink.traces[1].gaps.empty());
  EXPECT_DOUBLE_EQ(sink.traces[1].values.back(), 200);
}

TEST(ChannelRecorder, ALateGaugeReadingIsAGap) {
  MemorySink sink;
  ChannelRecorder gauge(power_channel("p", Component::gpu), Seconds{1}, 0, sink);
  feed(gauge, {value(0, 100.0), value(1, 100.0), value(9, 100.0)});  // a suspend, or a driver that hung
  ASSERT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(sink.traces[0].gaps[0], (trace::Span{Seconds{1}, Seconds{9}}));
}

TEST(ChannelRecorder, ALaggingGaugeIsMovedBackAndHeldToTheEnd) {
  MemorySink sink;
  auto channel = power_channel("p", Component::gpu);
  channel.lag = Seconds{0.5};
  ChannelRecorder gauge(channel, Seconds{0.1}, 0, sink);
  for (int t = 0; t <= 20; ++t) {
    const auto sample = value(0.1 * t, t < 10 ? 100.0 : 300.0);
    gauge.take(sample, sample.time - at(0));
  }
  gauge.finish();
  const auto& trace = sink.traces[0];
  EXPECT_NEAR(trace.times.front(), -0.5, 1e-9);
  EXPECT_NEAR(trace.times.back(), 2, 1e-9);
  EXPECT_DOUBLE_EQ(trace.values.back(), 300);
  EXPECT_TRUE(trace.gaps.empty());
  EXPECT_NEAR(gauge.energy_until(Seconds{2})->value(), 100 * 0.45 + 300 * 1.55, 100 * 0.06);
}

TEST(ChannelRecorder, NonsenseIsAGapNotAValue) {
  MemorySink sink;
  auto channel = power_channel("p", Component::gpu);
  channel.plausible_maximum = Watts{400};
  ChannelRecorder gauge(channel, Seconds{1}, 0, sink);
  feed(gauge, {value(0, 100.0), value(1, -5.0), value(2, 1e9), value(3, std::nan("")), value(4, 120.0)});
  EXPECT_EQ(sink.traces[0].values, (std::vector<double>{100, 120}));
  EXPECT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(gauge.faults().front().second, 3);
}

TEST(ChannelRecorder, ZeroWattsAreNoReadingUnlessAPartMayBeOff) {
  MemorySink sink;
  const std::vector<RawSample> samples{value(0, 0.0), value(1, 0.0), value(2, 80.0), value(3, 0.0),
                                       value(4, 80.0)};
  ChannelRecorder board(power_channel("p", Component::gpu), Seconds{1}, 0, sink);
  feed(board, samples);
  EXPECT_EQ(sink.traces[0].values, (std::vector<double>{80, 80}));
  EXPECT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(board.faults().front().first, "0 W, which nothing that is on draws");
  EXPECT_EQ(board.faults().front().second, 3);

  auto rail = power_channel("rail", Component::gpu);
  rail.may_be_off = true;
  ChannelRecorder part(rail, Seconds{1}, 1, sink);
  feed(part, samples);
  EXPECT_EQ(sink.traces[1].values, (std::vector<double>{0, 0, 80, 0, 80}));
}

TEST(ChannelRecorder, ACounterThatNeverMovesHasMeasuredNothing) {
  MemorySink sink;
  const std::vector<RawSample> samples{value(0, std::uint64_t{7}), value(0.5, std::uint64_t{7})};
  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{0.5}, 0, sink);
  feed(counter, samples);
  EXPECT_TRUE(counter.summary().empty());
  ASSERT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(sink.traces[0].gaps[0], (trace::Span{Seconds{0}, Seconds{0.5}}));

  auto inside = energy_channel("uncore", Component::cpu);
  inside.contained_in = "package";
  ChannelRecorder part(inside, Seconds{0.5}, 1, sink);
  feed(part, samples);
  EXPECT_TRUE(sink.traces[1].gaps.empty()) << "a graphics core may be off";
}

TEST(ChannelRecorder, AFrozenCounterIsAGap) {
  MemorySink sink;
  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{1}, 0, sink);
  std::vector<RawSample> samples{value(0, std::uint64_t{0}), value(1, std::uint64_t{100'000})};
  for (int t = 2; t <= 12; ++t) samples.push_back(value(t, std::uint64_t{100'000}));
  samples.push_back(value(13, std::uint64_t{200'000}));
  feed(counter, samples);
  ASSERT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(sink.traces[0].gaps[0], (trace::Span{Seconds{1}, Seconds{12}}));
}

TEST(ChannelRecorder, ALongFreezeIsToldBeforeTheRunEnds) {
  MemorySink sink;
  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{1}, 0, sink);
  for (int t = 0; t <= 200; ++t) {
    const auto sample = value(t, static_cast<std::uint64_t>(std::min(t, 10)) * 100'000);
    counter.take(sample, sample.time - at(0));
  }
  ASSERT_EQ(sink.traces[0].gaps.size(), 3u) << "the run may be killed now";
  EXPECT_EQ(sink.traces[0].gaps[2], (trace::Span{Seconds{130}, Seconds{190}}));
  EXPECT_NEAR(counter.coverage(), 10.0 / 200, 1e-9);
  counter.finish();
  EXPECT_EQ(sink.traces[0].gaps.back(), (trace::Span{Seconds{190}, Seconds{200}}));
}

TEST(ChannelRecorder, ACounterThatRestsForAMomentIsNotFrozen) {
  MemorySink sink;
  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{0.1}, 0, sink);
  std::vector<RawSample> samples;
  for (int i = 0; i < 100; ++i)  // updates once a second, is read ten times a second
    samples.push_back(value(0.1 * i, static_cast<std::uint64_t>(i / 10) * 100'000));
  feed(counter, samples);
  EXPECT_TRUE(sink.traces[0].gaps.empty());
}

TEST(ChannelRecorder, ARestartLosesOneStepAndSaysSo) {
  MemorySink sink;
  ChannelRecorder counter(energy_channel("e", Component::gpu), Seconds{1}, 0, sink);
  feed(counter, {value(0, std::uint64_t{500'000}), value(1, std::uint64_t{600'000}),
                 value(2, std::uint64_t{10}), value(3, std::uint64_t{100'010})});
  EXPECT_DOUBLE_EQ(sink.traces[0].values.back(), 200);
  ASSERT_EQ(sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(counter.faults().front().first, "the counter restarted");
}

TEST(ChannelRecorder, TimesThatDoNotRiseAreDropped) {
  MemorySink sink;
  ChannelRecorder gauge(power_channel("p", Component::gpu), Seconds{1}, 0, sink);
  feed(gauge, {value(1, 100.0), value(1, 900.0), value(0.5, 900.0), value(2, 100.0)});
  EXPECT_EQ(sink.traces[0].times.size(), 2u);
}

TEST(Recorder, LiveSumsFollowTheRulesOfTheStoredRun) {
  MemorySink sink;
  std::vector<sensors::OpenedSensor> sensors;
  sensors.push_back(testing::scripted(
      fast_type, {power_channel("gpu", Component::gpu), energy_channel("gpu", Component::gpu)}, [](auto) {}));
  Sampler sampler(std::move(sensors), {});
  Recorder recorder(sampler, at(0), sink);
  std::vector<RawSample> samples;
  for (int t = 0; t <= 4; ++t) {
    samples.push_back(value(t, 90.0));
    samples.push_back(value(t, static_cast<std::uint64_t>(t) * 100'000));
    samples.back().channel = 1;
    recorder.take(samples);
    samples.clear();
  }
  ASSERT_TRUE(recorder.live().energy.total);
  EXPECT_DOUBLE_EQ(recorder.live().energy.total->value(), 400)
      << "the counter, not the gauge of the same name";
  EXPECT_DOUBLE_EQ(recorder.energy_until(Seconds{2.5})->value(), 250);
  EXPECT_FALSE(recorder.energy_until(Seconds{4.5})) << "not yet known";
}

/// A CPU and a GPU with power gauges, which are read when the test says so.
struct TwoGauges {
  TwoGauges() {
    std::vector<sensors::OpenedSensor> sensors;
    sensors.push_back(testing::scripted(
        fast_type, {power_channel("cpu", Component::cpu), power_channel("gpu", Component::gpu)},
        [](auto) {}));
    sampler.emplace(std::move(sensors), SamplerOptions{});
    recorder.emplace(*sampler, at(0), sink);
  }
  void read(std::uint32_t channel, double seconds, double watts) {
    auto sample = value(seconds, watts);
    sample.channel = channel;
    recorder->take({sample});
  }
  [[nodiscard]] double stored_until(double seconds) const {
    trace::Run run;
    run.span = {Seconds{0}, recorder->live().until};
    for (std::size_t i = 0; i < 2; ++i) {
      run.traces.push_back(sink.traces[i]);
      run.traces.back().channel = sampler->channels()[i];
    }
    const std::vector<trace::Span> until{{Seconds{0}, Seconds{seconds}}};
    return trace::span_energies(run, until).front().value_or(Joules{0}).value();
  }
  MemorySink sink;
  std::optional<Sampler> sampler;
  std::optional<Recorder> recorder;
};

TEST(Recorder, KnowsAtAnyTimeWhatTheStoredRunWillSay) {
  TwoGauges gauges;
  gauges.read(0, -0.6, 25.0);  // before the run began
  for (int t = 0; t <= 20; ++t) {
    gauges.read(0, t + 0.1, t % 3 == 0 ? 10.0 : 40.0);
    if (t >= 7) gauges.read(1, t + 0.35, 300.0 - 5 * t);  // a driver that was slow to answer
  }
  for (int i = 0; i <= 200; ++i) {
    const double t = 0.1 * i;
    EXPECT_NEAR(gauges.recorder->energy_until(Seconds{t})->value(), gauges.stored_until(t), 1e-9) << t;
  }
  EXPECT_FALSE(gauges.recorder->energy_until(Seconds{20.2})) << "the CPU has not been read that late";
}

TEST(Recorder, WaitsForTheSecondReadingOfASlowChannel) {
  TwoGauges gauges;
  gauges.read(1, 0.02, 200);
  for (int t = 0; t <= 3; ++t) gauges.read(0, t, 10);
  EXPECT_FALSE(gauges.recorder->energy_until(Seconds{2}));
  gauges.read(1, 4.02, 200);
  EXPECT_NEAR(gauges.recorder->energy_until(Seconds{2})->value(), 20 + 1.98 * 200, 1e-9);
}

TEST(Recorder, DoesNotWaitForAChannelThatHasLongBeenSilent) {
  TwoGauges gauges;
  gauges.read(1, 0, 300);
  gauges.read(1, 1, 300);
  for (int t = 0; t <= 8; ++t) gauges.read(0, t, 10);
  EXPECT_FALSE(gauges.recorder->energy_until(Seconds{5}));
  for (int t = 9; t <= 30; ++t) gauges.read(0, t, 10);
  EXPECT_NEAR(gauges.recorder->energy_until(Seconds{20})->value(), 300 + 200, 1e-9);
}

TEST(EnergyHistory, KeepsOldReadingsFurtherApart) {
  EnergyHistory history;
  for (int t = 0; t <= 100'000; ++t) history.add(t, 50.0 * t, 50);
  EXPECT_NEAR(*history.energy_until(99'999.5), 4'999'975, 1e-6);
  EXPECT_NEAR(*history.energy_until(123.4), 6'170, 1e-6);
  EXPECT_DOUBLE_EQ(*history.energy_until(-1), 0);
  EXPECT_FALSE(history.energy_until(100'000.1));
}

}  // namespace
}  // namespace joulecast::sampling
