#include "hardware/board_gain.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "base/files.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::hardware {
namespace {
using ::testing::HasSubstr;

/// Idle, 6 s of load, idle, a second load; `factor` times the true power, on a clock that is `late`.
trace::Trace record(double step, double factor, double late, double length = 20) {
  trace::Trace trace;
  trace.channel.name = "record";
  for (double t = 0; t <= length; t += step) {
    const bool load = (t >= 3 && t < 9) || (t >= 14 && t < 15.5);
    trace.times.push_back(t + late);
    trace.values.push_back(factor * ((load ? 300 : 60) + 2 * std::sin(t)));
  }
  return trace;
}

TEST(FitGain, FindsGainAndShiftOfAnotherClock) {
  for (const double late : {0.0, 7200.4, -3.3}) {
    const auto fit = fit_gain(record(0.1, 1, 0), record(0.01, 1.053, late));
    ASSERT_TRUE(fit) << to_string(fit.error());
    EXPECT_NEAR(fit->gain, 1.053, 0.012) << late;  // the edges of a load lie between two readings
    EXPECT_NEAR(fit->shift.value(), -late, 0.1) << late;
    EXPECT_LT(fit->uncertainty, 0.04);
    EXPECT_NEAR(fit->length.value(), 20, 0.2);
  }
}

TEST(FitGain, TakesACounterAndAMeterThatRecordedLessThanTheRun) {
  auto counter = record(0.1, 1, 0);
  double sum = 0, before = counter.values[0];
  for (std::size_t i = 0; i < counter.size(); ++i) {
    sum += i == 0 ? 0 : 0.05 * (before + counter.values[i]);
    before = counter.values[i];
    counter.values[i] = sum;
  }
  counter.channel.quantity = trace::Quantity::energy;
  counter.channel.behaviour = trace::Behaviour::counter;
  const auto fit = fit_gain(counter, record(0.01, 0.97, 100, 14));
  ASSERT_TRUE(fit) << to_string(fit.error());
  EXPECT_NEAR(fit->gain, 0.97, 0.015);
  EXPECT_NEAR(fit->shift.value(), -100, 0.1);
}

TEST(FitGain, StatesHowMuchTheGainVaries) {
  auto meter = record(0.01, 1.05, 0);
  for (auto& value : meter.values) value += 6;  // an offset: 10 % at rest, 2 % under load
  EXPECT_GT(fit_gain(record(0.1, 1, 0), meter)->uncertainty, 0.02);
}

TEST(FitGain, RefusesWhatTellsNothing) {
  auto constant = record(0.1, 1, 0);
  for (auto& value : constant.values) value = 200;
  EXPECT_THAT(fit_gain(constant, record(0.01, 1, 0)).error().message, HasSubstr("hardly changes"));
  auto other = record(0.01, 1, 0);
  for (std::size_t i = 0; i < other.size(); ++i) other.values[i] = 100 + 50 * std::sin(3.0 * other.times[i]);
  EXPECT_THAT(fit_gain(record(0.1, 1, 0), other).error().message, HasSubstr("does not follow"));
  EXPECT_THAT(fit_gain(record(0.1, 1, 0), record(0.01, 8, 0)).error().message, HasSubstr("do not measure"));
  EXPECT_THAT(fit_gain(record(0.1, 1, 0, 4), record(0.01, 1, 0, 4)).error().message,
              HasSubstr("less than 5 s"));
  EXPECT_FALSE(fit_gain({}, {}));
}

TEST(BoardGains, AreKeptByBoard) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "new" / "gains.csv";
  EXPECT_TRUE(read_board_gains(file)->empty());
  ASSERT_TRUE(put_board_gain(file, {"GPU-a", "A100, 80 GB", 1.053, 0.012, "2026-01-02"}));
  ASSERT_TRUE(put_board_gain(file, {"GPU-b", "", 0.97, 0.01, "2026-01-03"}));
  ASSERT_TRUE(put_board_gain(file, {"GPU-a", "A100", 1.06, 0.02, "2026-01-04"}));
  const auto gains = read_board_gains(file);
  ASSERT_TRUE(gains) << to_string(gains.error());
  ASSERT_EQ(gains->size(), 2u);
  EXPECT_EQ((*gains)[1].uuid, "GPU-a");
  EXPECT_DOUBLE_EQ((*gains)[1].gain, 1.06);
  EXPECT_EQ((*gains)[1].measured_on, "2026-01-04");
  ASSERT_TRUE(write_file(file, "uuid,name,gain,uncertainty,measured_on\nGPU-a,,0,0.1,2026-01-01\n"));
  EXPECT_THAT(to_string(read_board_gains(file).error()), HasSubstr("gains.csv:2"));
}

TEST(BoardGains, AreSaidInANote) {
  const auto note = "seen by PCI bus; " + gain_note({"GPU-a", "", 1.0534, 0.01, "2026-01-02"});
  EXPECT_DOUBLE_EQ(*gain_in_note(note), 1.0534);
  EXPECT_FALSE(gain_in_note("times change"));
}

}  // namespace
}  // namespace joulecast::hardware
