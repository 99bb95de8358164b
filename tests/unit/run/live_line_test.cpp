#include "run/live_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace joulecast::run {
namespace {

measure::Live with_everything() {
  measure::Live live;
  trace::ComponentEnergy gpu, cpu;
  gpu.component = trace::Component::gpu;
  gpu.energy = Joules{10'000};
  cpu.component = trace::Component::cpu;
  cpu.energy = Joules{2000};
  cpu.provenance = Provenance::modelled;
  live.energy.energy.components = {gpu, cpu};
  live.energy.energy.total = Joules{12'000};
  live.energy.power = Watts{312};
  live.elapsed = Seconds{90};
  live.epoch = 4;
  live.total_epochs = 20;
  return live;
}

TEST(LiveLine, NamesWhatIsNotMeasured) {
  EXPECT_EQ(live_line(with_everything(), std::nullopt),
            "epoch 4/20 · 12.0 kJ so far · 312 W · 1 min 30 s · gpu 10.0 kJ, cpu 2.00 kJ modelled");
}

TEST(LiveLine, KnowsNothingWithoutReadings) {
  measure::Live live;
  live.elapsed = Seconds{1};
  EXPECT_EQ(live_line(live, std::nullopt), "power unknown · 1.00 s");
}

TEST(LiveLine, CountsInTheUnitThatTheTrainingCountsIn) {
  measure::Live live;
  live.phase.emplace();
  live.phase->unit = "step";
  live.phase->work = 1200;
  live.phase->total_work = 50'000;
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("step 1200/50000 · "))
      << live_line(live, std::nullopt);
  live.phase->total_work.reset();
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("step 1200 · ")) << live_line(live, std::nullopt);
}

TEST(LiveLine, ATotalThatWasExceededIsNoTotal) {
  measure::Live live;
  live.phase.emplace();
  live.phase->unit = "step";
  live.phase->work = 55;
  live.phase->total_work = 55;
  live.exceeded = true;
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("step 55, more than announced · "))
      << live_line(live, std::nullopt);
  live.epoch = 21;
  live.total_epochs = 20;
  live.phase->unit = "epoch";
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("epoch 21, more than announced · "))
      << live_line(live, std::nullopt);
}

TEST(LiveLine, WhereAllWorkIsDoneThereIsNoForecast) {
  measure::Live live;
  live.projection.emplace();
  live.projection->total = {Joules{100}, estimate::Interval<Joules>{Joules{100}, Joules{100}}};
  live.projection->share = 0.99;
  live.projection->ready = true;
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("total 100 J")) << live_line(live, std::nullopt);
  live.projection->share = 1;
  live.work_is_done = true;
  EXPECT_TRUE(live_line(live, std::nullopt).starts_with("all work done, still running"))
      << live_line(live, std::nullopt);
}

TEST(LiveLine, KeepsControlCharactersFromTheTerminal) {
  measure::Live live;
  live.phase.emplace();
  live.phase->unit =
      "st\x1b]2;title\x07\xc2\x9b\xe2\x80\xae"
      "ep";  // ESC, BEL, a C1 control, right-to-left
  live.phase->work = 3;
  const auto line = live_line(live, std::nullopt);
  for (const auto* control : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"})
    EXPECT_EQ(line.find(control), std::string::npos) << line;
}

TEST(LiveLine, BeginsWithTheTotalAndTheTimeLeft) {
  auto live = with_everything();
  live.projection.emplace();
  live.projection->total.value = Joules{61'000};
  live.projection->total.interval = {Joules{58'200}, Joules{63'900}};
  live.projection->remaining_time.value = Seconds{480};
  live.projection->ready = true;
  EXPECT_TRUE(
      live_line(live, std::nullopt).starts_with("total 61.0 kJ (58.2 kJ to 63.9 kJ), 8 min 00 s left · "))
      << live_line(live, std::nullopt);
}

TEST(LiveLine, ShowsTheCarbonOfTheProjectedTotalWhereThePlaceIsKnown) {
  measure::Live live;
  live.elapsed = Seconds{10};
  live.projection.emplace();
  live.projection->total.value = Joules{3.6e6};
  live.projection->ready = true;
  EXPECT_EQ(live_line(live, std::nullopt), "total 3.60 MJ · power unknown · 10.0 s");
  EXPECT_EQ(live_line(live, GramsPerKilowattHour{250}), "total 3.60 MJ, 250 g CO2e · power unknown · 10.0 s");
}

TEST(LiveLine, LeavesOutWholePartsWhereThereIsNoRoom) {
  auto live = with_everything();
  live.projection.emplace();
  live.projection->total.value = Joules{61'000};
  live.projection->total.interval = {Joules{58'200}, Joules{63'900}};
  live.projection->remaining_time.value = Seconds{480};
  const auto whole = live_line(live, std::nullopt);
  for (int columns = 1; columns < 160; ++columns) {
    const auto line = live_line(live, std::nullopt, columns);
    const auto width = std::ranges::count_if(line, [](unsigned char c) { return (c & 0xC0) != 0x80; });
    EXPECT_LT(width, columns);
    const auto last = line.rfind(" · ");
    const auto part = last == std::string::npos ? line : line.substr(last + 4);
    const bool is_whole = part.starts_with("total") || whole.find(part) != std::string::npos;
    EXPECT_TRUE(is_whole) << columns << ": " << line;
  }
  EXPECT_EQ(live_line(live, std::nullopt, 50), "total 61.0 kJ, 8 min 00 s left (not settled)");
  EXPECT_EQ(live_line(live, std::nullopt, 12), "epoch 4/20");
}

}  // namespace
}  // namespace joulecast::run
