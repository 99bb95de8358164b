#include "session/machine/energy_counters.hpp"

#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

const EnergyCounters::Device gpu{trace::Component::gpu, "0"};

trace::ComponentEnergy row(const char* channel, double joules, bool in_total = true) {
  trace::ComponentEnergy row;
  row.component = trace::Component::gpu;
  row.device = "0";
  row.channel = channel;
  row.energy = Joules{joules};
  row.in_total = in_total;
  return row;
}

void take(EnergyCounters& counters, trace::ComponentEnergy row) {
  trace::RunEnergy energy;
  energy.components = {std::move(row)};
  counters.take(energy);
}

TEST(EnergyCounters, FollowAGrowingRow) {
  EnergyCounters counters;
  take(counters, row("a", 10));
  take(counters, row("a", 25));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 25);
  EXPECT_DOUBLE_EQ(counters.total().value(), 25);
  EXPECT_EQ(counters.of({trace::Component::cpu, ""}), Joules{0});
}

TEST(EnergyCounters, AnotherChannelBeginsWithNothing) {
  EnergyCounters counters;
  take(counters, row("power", 100));
  take(counters, row("counter", 40));  // the counter began later, or knows better
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 100);
  take(counters, row("counter", 50));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 110);
}

TEST(EnergyCounters, NeverFall) {
  EnergyCounters counters;
  take(counters, row("a", 100));
  take(counters, row("a", 30));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 100);
  take(counters, row("a", 35));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 105);
  EXPECT_DOUBLE_EQ(counters.total().value(), 105);
}

TEST(EnergyCounters, GoOnWhereTheMetersAreReadAnew) {
  EnergyCounters counters;
  take(counters, row("a", 100));
  counters.begin_again();
  take(counters, row("a", 7));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 107);
}

TEST(EnergyCounters, TheTotalHasEachJouleOnce) {
  EnergyCounters counters;
  take(counters, row("a", 100, true));
  take(counters, row("a", 160, false));  // a meter of the whole machine has appeared
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 160);
  EXPECT_DOUBLE_EQ(counters.total().value(), 100);
}

TEST(EnergyCounters, ARowWithoutAFigureChangesNothing) {
  EnergyCounters counters;
  take(counters, row("a", 100));
  auto unknown = row("a", 0);
  unknown.energy.reset();
  take(counters, unknown);
  take(counters, row("a", 101));
  EXPECT_DOUBLE_EQ(counters.of(gpu).value(), 101);
}

}  // namespace
}  // namespace joulecast::session
