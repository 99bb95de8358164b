#include "run/live_line.hpp"

#include <gtest/gtest.h>

namespace joulecast::run {
namespace {

TEST(LiveLine, NamesWhatIsNotMeasured) {
  sampling::LiveEnergy live;
  trace::ComponentEnergy gpu, cpu;
  gpu.component = trace::Component::gpu;
  gpu.energy = Joules{10'000};
  cpu.component = trace::Component::cpu;
  cpu.energy = Joules{2000};
  cpu.provenance = Provenance::modelled;
  live.energy.components = {gpu, cpu};
  live.energy.total = Joules{12'000};
  live.power = Watts{312};
  const std::optional<estimate::Projection> none;
  const auto line = live_line({live, Seconds{90}, 4, 20, none, std::nullopt});
  EXPECT_EQ(line, "312 W · 12.0 kJ (gpu 10.0 kJ, cpu 2.00 kJ modelled) · epoch 4/20 · 1 min 30 s");
}

TEST(LiveLine, KnowsNothingWithoutReadings) {
  const sampling::LiveEnergy live;
  const std::optional<estimate::Projection> none;
  EXPECT_EQ(live_line({live, Seconds{1}, {}, {}, none, std::nullopt}), "power unknown · 1.00 s");
}

}  // namespace
}  // namespace joulecast::run
