#include "run/live_line.hpp"

#include <gtest/gtest.h>

namespace joulecast::run {
namespace {

TEST(LiveLine, NamesWhatIsNotMeasured) {
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
  EXPECT_EQ(live_line(live, std::nullopt),
            "312 W · 12.0 kJ (gpu 10.0 kJ, cpu 2.00 kJ modelled) · epoch 4/20 · 1 min 30 s");
}

TEST(LiveLine, KnowsNothingWithoutReadings) {
  measure::Live live;
  live.elapsed = Seconds{1};
  EXPECT_EQ(live_line(live, std::nullopt), "power unknown · 1.00 s");
}

TEST(LiveLine, ShowsTheCarbonOfTheProjectedTotalWhereThePlaceIsKnown) {
  measure::Live live;
  live.elapsed = Seconds{10};
  live.projection.emplace();
  live.projection->total.value = Joules{3.6e6};
  live.projection->ready = true;
  EXPECT_EQ(live_line(live, std::nullopt), "power unknown · 10.0 s · total 3.60 MJ");
  EXPECT_EQ(live_line(live, GramsPerKilowattHour{250}), "power unknown · 10.0 s · total 3.60 MJ, 250 g CO2e");
}

}  // namespace
}  // namespace joulecast::run
