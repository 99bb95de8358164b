#include "trace/energy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::trace {
namespace {

Trace power(std::string name, Component component, std::string device, std::vector<double> values) {
  Trace trace;
  trace.channel.name = std::move(name);
  trace.channel.component = component;
  trace.channel.device = std::move(device);
  trace.values = std::move(values);
  for (std::size_t i = 0; i < trace.values.size(); ++i) trace.times.push_back(static_cast<double>(i));
  return trace;
}

Trace counter(std::string name, Component component, std::string device, std::vector<double> values) {
  auto trace = power(std::move(name), component, std::move(device), std::move(values));
  trace.channel.quantity = Quantity::energy;
  trace.channel.behaviour = Behaviour::counter;
  return trace;
}

Run run_of(std::vector<Trace> traces) {
  Run run;
  run.span = {Seconds{0}, Seconds{2}};
  run.traces = std::move(traces);
  return run;
}

TEST(Integrate, TrapezoidOnIrregularTimes) {
  auto trace = power("p", Component::gpu, "0", {100, 200, 200});
  trace.times = {0, 1, 4};
  EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{0}, Seconds{4}})->energy.value(), 150 + 600);
  EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{0.5}, Seconds{2}})->energy.value(), 87.5 + 200);
}

TEST(Integrate, NeverExtrapolates) {
  const auto trace = power("p", Component::gpu, "0", {100, 100});
  const auto part = *integrate(trace, {Seconds{-1}, Seconds{3}});
  EXPECT_DOUBLE_EQ(part.energy.value(), 100);
  EXPECT_DOUBLE_EQ(part.outside.value(), 3);
  EXPECT_DOUBLE_EQ(part.coverage(), 0.25);
}

TEST(Integrate, GapPolicies) {
  auto trace = power("p", Component::gpu, "0", {100, 100, 300, 300});
  trace.gaps = {{Seconds{1}, Seconds{2}}};
  const Span all{Seconds{0}, Seconds{3}};
  EXPECT_DOUBLE_EQ(integrate(trace, all, {GapPolicy::exclude})->energy.value(), 400);
  EXPECT_DOUBLE_EQ(integrate(trace, all, {GapPolicy::hold})->energy.value(), 500);
  EXPECT_DOUBLE_EQ(integrate(trace, all, {GapPolicy::interpolate})->energy.value(), 600);
  EXPECT_DOUBLE_EQ(integrate(trace, all)->gap.value(), 1);
}

/// 60 readings of 200 W, a second apart, with a gap after the given one.
Trace with_gap(std::size_t after, double length) {
  auto trace = power("p", Component::gpu, "0", std::vector<double>(60, 200));
  for (auto i = after; i < trace.size(); ++i) trace.times[i] += length - 1;
  trace.gaps = {{Seconds{trace.times[after - 1]}, Seconds{trace.times[after]}}};
  return trace;
}

TEST(Integrate, OnlyAShortGapIsBridged) {
  for (const std::size_t after : {1U, 3U, 30U, 59U}) {
    const auto brief = with_gap(after, 5.5);  // less than half of the 58 s that were measured
    const auto filled = *integrate(brief, brief.span());
    EXPECT_DOUBLE_EQ(filled.energy.value(), 200 * 63.5) << after;
    EXPECT_DOUBLE_EQ(filled.filled.value(), 5.5) << after;
    EXPECT_DOUBLE_EQ(filled.guessed.value(), 1100) << after;
    const auto silent = with_gap(after, 300);
    const auto left = *integrate(silent, silent.span());
    EXPECT_DOUBLE_EQ(left.energy.value(), 200 * 58) << after;
    EXPECT_DOUBLE_EQ(left.filled.value(), 0) << after;
    EXPECT_DOUBLE_EQ(left.gap.value(), 300) << after;
  }
}

TEST(Integrate, AMissingValueInAShortLogIsBridged) {
  auto trace = power("p", Component::gpu, "0", {100, 100, 100, 100});
  trace.times = {0, 60, 180, 240};
  trace.gaps = {{Seconds{60}, Seconds{180}}};
  EXPECT_DOUBLE_EQ(integrate(trace, trace.span())->energy.value(), 24'000);
}

TEST(Integrate, ACountersLostDifferenceIsFilledFromItsSides) {
  auto trace = counter("e", Component::cpu, "0", {0, 100, 100, 400});  // 100 W, lost, 300 W
  trace.gaps = {{Seconds{1}, Seconds{2}}};
  const Span all{Seconds{0}, Seconds{3}};
  EXPECT_DOUBLE_EQ(integrate(trace, all, {GapPolicy::exclude})->energy.value(), 400);
  EXPECT_DOUBLE_EQ(integrate(trace, all, {GapPolicy::interpolate})->energy.value(), 600);
}

TEST(Integrate, ReadingsInsideAGapTellNoPower) {
  // 100 W, then the counter stands still for three seconds, then 300 W; the gap may come in pieces
  auto trace = counter("e", Component::cpu, "0", {0, 100, 100, 100, 100, 400});
  for (const auto& gaps : {std::vector<Span>{{Seconds{1}, Seconds{4}}},
                           std::vector<Span>{{Seconds{1}, Seconds{3}}, {Seconds{3}, Seconds{4}}}}) {
    trace.gaps = gaps;
    EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{0}, Seconds{5}})->energy.value(), 100 + 3 * 200 + 300);
    EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{1}, Seconds{2.5}})->energy.value(), 1.5 * (100 + 200) / 2);
    EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{0}, Seconds{5}}, {GapPolicy::hold})->energy.value(), 700);
  }
  trace.gaps = {{Seconds{0}, Seconds{5}}};
  EXPECT_DOUBLE_EQ(integrate(trace, {Seconds{0}, Seconds{5}})->energy.value(), 0);
}

TEST(Integrate, RefusesWhatHasNoEnergy) {
  auto trace = power("t", Component::gpu, "0", {60, 61});
  trace.channel.quantity = Quantity::temperature;
  EXPECT_EQ(integrate(trace, {Seconds{0}, Seconds{1}}).error().kind, ErrorKind::invalid);
}

TEST(EnergyOf, CounterBeforeGaugeOfTheSameDevice) {
  const auto energy = energy_of(run_of({power("gpu0_power", Component::gpu, "u", {100, 100, 100}),
                                        counter("gpu0_energy", Component::gpu, "u", {0, 90, 190})}));
  ASSERT_TRUE(energy.total);
  EXPECT_DOUBLE_EQ(energy.total->value(), 190);
  EXPECT_EQ(energy.components[0].channel, "gpu0_energy");
}

TEST(EnergyOf, ContainedChannelsAreShownButNotAdded) {
  auto core = counter("core", Component::cpu, "0/core", {0, 10, 20});
  core.channel.contained_in = "package";
  const auto energy = energy_of(run_of({counter("package", Component::cpu, "0", {0, 50, 100}), core}));
  EXPECT_DOUBLE_EQ(energy.total->value(), 100);
  EXPECT_EQ(energy.components.size(), 3u);  // package, core, and the memory that nobody measured
}

TEST(EnergyOf, AModelStandsInForAMeterAndNotBesideOne) {
  auto modelled = power("cpu_model", Component::cpu, "", {40, 40, 40});
  modelled.channel.provenance = Provenance::modelled;
  EXPECT_DOUBLE_EQ(energy_of(run_of({modelled})).total->value(), 80);
  EXPECT_EQ(energy_of(run_of({modelled})).provenance, Provenance::modelled);
  const auto both = energy_of(run_of({modelled, counter("package", Component::cpu, "0", {0, 50, 100})}));
  EXPECT_DOUBLE_EQ(both.total->value(), 100);
  EXPECT_EQ(both.provenance, Provenance::measured);
}

TEST(EnergyOf, AMachinesMeterIsItsTotal) {
  const auto energy = energy_of(run_of({power("node_power", Component::node, "", {500, 500, 500}),
                                        power("gpu0_power", Component::gpu, "0", {300, 300, 300})}));
  EXPECT_DOUBLE_EQ(energy.total->value(), 1000);
  EXPECT_TRUE(energy.missing.empty());
}

TEST(EnergyOf, SaysWhatIsMissing) {
  auto run = run_of({counter("package", Component::cpu, "0", {0, 50, 100})});
  run.info.training.gpu = "NVIDIA H100";
  const auto energy = energy_of(run);
  EXPECT_THAT(energy.missing, ::testing::UnorderedElementsAre("gpu", "dram"));
  for (const auto& row : energy.components) {
    if (row.component != Component::cpu) {
      EXPECT_FALSE(row.energy) << "unknown is never 0";
    }
  }
}

TEST(EnergyOf, ADeviceThatGaveNoReadingIsMissingBesideTheOthers) {
  auto unread = power("gpu0_power", Component::gpu, "GPU-a", {});
  auto unreadable = unread;
  unreadable.channel.device = "GPU-b";
  unreadable.channel.provenance = Provenance::missing;
  auto frozen = counter("gpu2_energy", Component::gpu, "GPU-c", {0, 0, 0});
  frozen.gaps = {{Seconds{0}, Seconds{2}}};
  auto run =
      run_of({unread, unreadable, frozen, power("gpu3_power", Component::gpu, "GPU-d", {100, 100, 100}),
              counter("package", Component::cpu, "0", {0, 50, 100})});
  const auto energy = energy_of(run);
  EXPECT_DOUBLE_EQ(energy.total->value(), 300);
  EXPECT_THAT(energy.missing, ::testing::UnorderedElementsAre("gpu GPU-a", "gpu GPU-b", "gpu GPU-c", "dram"));
  int missing = 0;
  for (const auto& row : energy.components) {
    if (row.component != Component::gpu || row.device == "GPU-d") continue;
    ++missing;
    EXPECT_FALSE(row.energy) << row.device;
    EXPECT_EQ(row.provenance, Provenance::missing);
    EXPECT_FALSE(row.in_total);
  }
  EXPECT_EQ(missing, 3);
}

TEST(EnergyOf, AnotherSensorsReadingOfTheDeviceIsTaken) {
  auto unreadable = power("amdgpu0_power", Component::gpu, "0000:c1:00.0", {});
  unreadable.channel.provenance = Provenance::missing;
  const auto energy =
      energy_of(run_of({unreadable, power("amdgpu0_power", Component::gpu, "0000:c1:00.0", {90, 90, 90})}));
  EXPECT_DOUBLE_EQ(energy.total->value(), 180);
  EXPECT_THAT(energy.missing, ::testing::UnorderedElementsAre("cpu", "dram"));
}

TEST(EnergyOf, NothingIsMissingFromAMachinesMeter) {
  auto unreadable = power("gpu0_power", Component::gpu, "GPU-a", {});
  const auto energy =
      energy_of(run_of({power("node_power", Component::node, "", {500, 500, 500}), unreadable}));
  EXPECT_TRUE(energy.missing.empty());
  EXPECT_EQ(energy.components.back().provenance, Provenance::missing);
}

TEST(EnergyOf, AModelStandsInForAMeterThatGaveNothing) {
  auto modelled = power("cpu_model", Component::cpu, "", {40, 40, 40});
  modelled.channel.provenance = Provenance::modelled;
  const auto energy = energy_of(run_of({modelled, counter("package", Component::cpu, "0", {})}));
  EXPECT_DOUBLE_EQ(energy.total->value(), 80);
  EXPECT_THAT(energy.missing, ::testing::ElementsAre("dram"));
}

TEST(EnergyOf, NothingKnownIsNothingNotZero) {
  const auto energy = energy_of(run_of({}));
  EXPECT_FALSE(energy.total);
  EXPECT_EQ(energy.provenance, Provenance::missing);
}

TEST(EnergyOf, ALongGapIsToldAndLeavesTheMeanPowerAsItIs) {
  auto run = run_of({with_gap(30, 300)});
  run.span = run.traces[0].span();
  const auto energy = energy_of(run);
  EXPECT_DOUBLE_EQ(energy.total->value(), 200 * 58);
  EXPECT_DOUBLE_EQ(energy.mean_power->value(), 200);
  ASSERT_TRUE(energy.not_measured);
  EXPECT_DOUBLE_EQ(energy.not_measured->value(), 300);
}

TEST(EnergyOf, ABridgedGapWidensTheIntervalAndLeavesTheMeanPower) {
  auto run = run_of({with_gap(30, 5.5)});
  run.traces[0].channel.relative_uncertainty = 0.05;
  run.span = run.traces[0].span();
  const auto energy = energy_of(run);
  EXPECT_DOUBLE_EQ(energy.mean_power->value(), 200);
  EXPECT_FALSE(energy.not_measured);
  const double guessed = 5.5 / 63.5;
  EXPECT_DOUBLE_EQ(energy.relative_uncertainty, 0.05 * (1 - guessed) + guessed);
}

TEST(EnergyOf, MeanPowersOfDevicesThatWereMeasuredForDifferentTimesAreAdded) {
  auto run = run_of({power("gpu0_power", Component::gpu, "0", {300, 300, 300}),
                     power("package", Component::cpu, "0", {100, 100})});
  EXPECT_DOUBLE_EQ(energy_of(run).mean_power->value(), 400);
}

TEST(EpochEnergies, AddUpToTheWhole) {
  auto run = run_of({power("gpu0_power", Component::gpu, "0", {100, 130, 90})});
  run.epochs = {{0, {Seconds{0}, Seconds{0.7}}, {}, {}, {}}, {1, {Seconds{0.7}, Seconds{2}}, {}, {}, {}}};
  const auto parts = epoch_energies(run);
  EXPECT_NEAR(parts[0]->value() + parts[1]->value(), energy_of(run).total->value(), 1e-12 * 225);
}

TEST(TotalEnergy, SumsNodesWithDifferentClocks) {
  auto a = power("a", Component::node, "", {100, 100, 100});
  auto b = power("b", Component::node, "", {200, 200, 200, 200});
  a.channel.node = "n0";
  b.channel.node = "n1";
  b.times = {0, 0.4, 1.1, 2};
  const auto total = total_energy(run_of({a, b}));
  ASSERT_TRUE(total);
  EXPECT_NEAR(total->values.back(), 600, 1e-9);
  EXPECT_TRUE(total->gaps.empty());
}

/// At its own readings and between them, beside gaps, before and after: accumulate() takes short cuts.
TEST(Accumulation, IsTheIntegralUpToEachTime) {
  std::vector<double> watts;
  for (int i = 0; i < 30; ++i) watts.push_back(100 + 7 * (i % 5));
  auto trace = power("gpu0", Component::gpu, "0", watts);
  const double step = trace.times[1] - trace.times[0];
  const auto at = [&](std::size_t i) { return Seconds{trace.times[i]}; };
  trace.gaps = {{at(5), at(7)}, {at(12) + Seconds{step / 4}, at(12) + Seconds{step / 2}}};
  auto times = trace.times;
  times.push_back(trace.times[20] + step / 3);
  std::ranges::sort(times);
  for (const auto& at_these : {trace.times, times})
    for (const auto policy : {GapPolicy::exclude, GapPolicy::bridge, GapPolicy::interpolate}) {
      const auto sums = accumulate(trace, at_these, {.gaps = policy});
      ASSERT_TRUE(sums);
      ASSERT_EQ(sums->times, at_these);
      for (std::size_t i = 1; i < at_these.size(); ++i) {
        const auto whole =
            integrate(trace, {Seconds{at_these.front()}, Seconds{at_these[i]}}, {.gaps = policy});
        EXPECT_NEAR(sums->values[i], whole->energy.value(), 1e-9 * (1 + whole->energy.value())) << i;
      }
    }
}

}  // namespace
}  // namespace joulecast::trace
