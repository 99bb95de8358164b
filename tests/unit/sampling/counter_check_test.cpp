#include "sampling/counter_check.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/sampling/recorded_readings.hpp"

namespace joulecast::sampling {
namespace {

using testing::energy_channel;
using testing::power_channel;
using trace::Component;

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

}  // namespace
}  // namespace joulecast::sampling
