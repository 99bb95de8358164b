#include "sampling/recorder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "support/scripted_sensor.hpp"

namespace joulecast::sampling {
namespace {

using testing::energy_channel;
using testing::power_channel;
using trace::Component;

struct MemorySink : trace::NullSink {
  std::vector<trace::Trace> traces = std::vector<trace::Trace>(4);
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override {
    traces[channel].times.insert(traces[channel].times.end(), times.begin(), times.end());
    traces[channel].values.insert(traces[channel].values.end(), values.begin(), values.end());
  }
  void gap(std::size_t channel, trace::Span span) override { traces[channel].gaps.push_back(span); }
};

SteadyTime at(double seconds) {
  return SteadyTime{1'000'000'000} + Seconds{seconds};
}

RawSample value(double seconds, trace::RawValue raw) {
  RawSample sample;
  sample.time = at(seconds);
  sample.value = raw;
  return sample;
}
RawSample failure(double seconds, RawSample::Kind kind = RawSample::Kind::failed) {
  RawSample sample;
  sample.time = at(seconds);
  sample.kind = kind;
  return sample;
}

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

const sensors::SensorType fast_type{"fast",  "",     sensors::Lane::fast, Seconds{0.001}, {}, {},
                                    nullptr, nullptr};
const sensors::SensorType slow_type{"slow",  "",     sensors::Lane::slow, Seconds{0.001}, {}, {},
                                    nullptr, nullptr};

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

/// A GPU with an energy counter and a power gauge that is a mean over the time between its readings, both
/// read once a second: the counter has `counted(t)` joules, the gauge tells `watts(t)`.
struct Board {
  explicit Board(Seconds averaging_window = Seconds{1}) {
    auto counter = energy_channel("gpu_energy", Component::gpu),
         gauge = power_channel("gpu_power", Component::gpu);
    gauge.device = counter.device;
    counter.update_period = Seconds{0.1};
    counter.plausible_maximum = Watts{900};
    gauge.averaging_window = averaging_window;
    std::vector<sensors::OpenedSensor> sensors;
    sensors.push_back(testing::scripted(fast_type, {counter, gauge}, [](auto) {}));
    sampler.emplace(std::move(sensors), SamplerOptions{});
    recorder.emplace(*sampler, at(0), sink);
  }
  Board(const Board&) = delete;
  void read(int t, double joules, double watts) {
    auto power = value(t, watts);
    power.channel = 1;
    recorder->take({value(t, static_cast<std::uint64_t>(std::llround(1e3 * joules))), power});
  }
  void fail(int t) {
    auto power = failure(t);
    power.channel = 1;
    recorder->take({failure(t), power});
  }
  template <class Counted, class Power>
  void run(int seconds, Counted counted, Power watts) {
    for (int t = 0; t <= seconds; ++t) read(t, counted(t), watts(t));
    recorder->finish();
  }
  [[nodiscard]] trace::RunEnergy stored() const {
    trace::Run run;
    run.span = {Seconds{0}, recorder->live().until};
    for (std::size_t i = 0; i < 2; ++i) {
      run.traces.push_back(sink.traces[i]);
      run.traces.back().channel = sampler->channels()[i];
      EXPECT_TRUE(trace::check(run.traces.back()));
    }
    return trace::energy_of(run);
  }
  MemorySink sink;
  std::optional<Sampler> sampler;
  std::optional<Recorder> recorder;
};

class WrongPace : public ::testing::TestWithParam<double> {};

TEST_P(WrongPace, IsNotBelievedBesideThePower) {
  for (const int seconds : {4, 9, 60}) {
    Board board;
    board.run(
        seconds, [](int t) { return GetParam() * 200 * t; }, [](int) { return 200; });
    EXPECT_NEAR(board.stored().total->value(), 200 * seconds, 1e-6) << seconds;
    EXPECT_NEAR(board.recorder->live().energy.total->value(), 200 * seconds, 1e-6) << seconds;
    EXPECT_EQ(board.stored().components.front().channel, "gpu_power");
    ASSERT_FALSE(board.recorder->faults().empty());
    EXPECT_NE(board.recorder->faults().back().find("where the power of its device makes"), std::string::npos);
  }
}
INSTANTIATE_TEST_SUITE_P(CounterCheck, WrongPace, ::testing::Values(0.01, 0.5, 2.0, 4.0));

TEST(CounterCheck, AShortFreezeIsFilledFromThePower) {
  for (const int seconds : {10, 11, 12, 20}) {
    Board board;
    board.run(
        seconds, [](int t) { return 200 * std::min(t, 8); }, [](int) { return 200; });
    EXPECT_NEAR(board.stored().total->value(), 200 * seconds, 1e-6) << seconds;
    EXPECT_NEAR(board.recorder->live().energy.total->value(), 200 * seconds, 1e-6) << seconds;
    EXPECT_EQ(board.recorder->faults().front(), "gpu_energy: the counter stood still (1 time)");
  }
}

TEST(CounterCheck, AFreezeInALongRunIsAGapOfTheCounter) {
  Board board;
  board.run(
      1000, [](int t) { return 200.0 * (t < 500 ? t : std::max(500, t - 3)); }, [](int) { return 200; });
  const auto row = board.stored().components.front();
  EXPECT_EQ(row.channel, "gpu_energy");
  ASSERT_EQ(board.sink.traces[0].gaps.size(), 1u);
  EXPECT_NEAR(board.sink.traces[0].gaps[0].begin.value(), 500, 1e-6);
  EXPECT_NEAR(board.sink.traces[0].gaps[0].end.value(), 503, 1e-6);
  EXPECT_NEAR(row.energy->value(), 200'000, 1e-3);
}

TEST(CounterCheck, AReloadedDriverIsAGapEvenIfItsCounterIsAlreadyFurther) {
  Board board;
  for (int t = 0; t <= 3; ++t) board.read(t, 100 * t, 100);
  for (int t = 4; t <= 7; ++t) board.fail(t);
  for (int t = 8; t <= 12; ++t) board.read(t, 100 * (t - 4), 100);
  board.recorder->finish();
  ASSERT_EQ(board.sink.traces[0].gaps.size(), 1u);
  EXPECT_EQ(board.sink.traces[0].gaps[0], (trace::Span{Seconds{3}, Seconds{8}}));
  EXPECT_EQ(board.recorder->faults().front(), "gpu_energy: the counter restarted (1 time)");
}

TEST(CounterCheck, MissedReadingsOfAGoodCounterAreNoGap) {
  Board board;
  for (int t = 0; t <= 3; ++t) board.read(t, 100 * t, 100);
  for (int t = 4; t <= 7; ++t) board.fail(t);
  for (int t = 8; t <= 12; ++t) board.read(t, 100 * t, 100);
  board.recorder->finish();
  EXPECT_TRUE(board.sink.traces[0].gaps.empty());
  EXPECT_NEAR(board.stored().total->value(), 1200, 1e-6);
}

void expect_believed(const Board& board, double joules) {
  EXPECT_TRUE(board.sink.traces[0].gaps.empty());
  EXPECT_EQ(board.stored().components.front().channel, "gpu_energy");
  EXPECT_NEAR(board.stored().total->value(), joules, 1e-3 * joules);
}

TEST(CounterCheck, BelievesACounterWithinTheGainOfBoards) {
  Board board;
  board.run(
      60, [](int t) { return 200.0 * t; }, [](int) { return 240; });
  expect_believed(board, 12'000);
}

TEST(CounterCheck, BelievesACounterWhoseLoadChangesAtTheEdges) {
  for (const int period : {3, 4, 5, 7, 11}) {
    // The power is the mean of the last second, told half a second late
    const auto joules = [&](double t) {
      double sum = 0;
      for (double at = 0.25; at < t; at += 0.5)
        sum += (std::fmod(at, period) < 0.5 * period ? 600 : 60) * 0.5;
      return sum;
    };
    Board board;
    board.run(60, joules, [&](int t) { return t < 2 ? 600.0 : joules(t - 0.5) - joules(t - 1.5); });
    expect_believed(board, joules(60));
  }
}

TEST(CounterCheck, BelievesACounterBesideAPowerThatIsSeenAtMomentsOnly) {
  Board board(Seconds{0.025});
  board.run(
      60, [](int t) { return 200.0 * t; }, [](int) { return 100; });  // the load has the power's period
  expect_believed(board, 12'000);
}

TEST(CounterCheck, DoesNotGuessThePowerWhereItWasNotRead) {
  Board board;
  for (int t = 0; t <= 30; ++t) {
    board.read(t, 50.0 * t + 600 * std::clamp(t - 5, 0, 10), 50);
    if (t < 5 || t >= 15) continue;
    ++t;  // busy while the power could not be read
    for (; t < 15; ++t) {
      auto power = failure(t);
      power.channel = 1;
      board.recorder->take({value(t, std::uint64_t(50'000 * t + 600'000 * std::clamp(t - 5, 0, 10))), power});
    }
    --t;
  }
  board.recorder->finish();
  expect_believed(board, 50 * 30 + 6000);
}

TEST(CounterCheck, BelievesTheCounterWhereThePowerHangs) {
  Board board;
  board.run(
      60, [](int t) { return 100.0 * t + 600 * std::max(0, t - 20); }, [](int) { return 100; });
  expect_believed(board, 100 * 60 + 600 * 40);
}

TEST(CounterCheck, ACounterThatCatchesUpHasLostNothing) {
  Board board;
  board.run(
      100, [](int t) { return 200.0 * (t > 50 && t < 54 ? 50 : t); }, [](int) { return 200; });
  expect_believed(board, 20'000);
}

TEST(CounterCheck, BelievesAnIdleBoard) {
  Board board;
  board.run(
      300, [](int t) { return 8.0 * t; }, [](int) { return 8; });
  expect_believed(board, 2400);
}

TEST(EnergyHistory, KeepsOldReadingsFurtherApart) {
  EnergyHistory history;
  for (int t = 0; t <= 100'000; ++t) history.add(t, 50.0 * t, 50);
  EXPECT_NEAR(*history.energy_until(99'999.5), 4'999'975, 1e-6);
  EXPECT_NEAR(*history.energy_until(123.4), 6'170, 1e-6);
  EXPECT_DOUBLE_EQ(*history.energy_until(-1), 0);
  EXPECT_FALSE(history.energy_until(100'000.1));
}

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
