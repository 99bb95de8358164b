#include "sensors/support/busy_clock.hpp"

#include <gmock/gmock.h>

#include "sensors/support/package_facts.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;

constexpr const char* three_policies = R"(== stat
cpu  0 0 0 400
cpu0 0 0 0 100
cpu1 0 0 0 100
cpu2 0 0 0 100
cpu3 0 0 0 100
== devices/system/cpu/cpufreq/policy0/affected_cpus
0 1
== devices/system/cpu/cpufreq/policy0/scaling_cur_freq
2000000
== devices/system/cpu/cpufreq/policy2/scaling_cur_freq
3000000
== devices/system/cpu/cpufreq/policy3/scaling_cur_freq
800000
)";

struct Machine {
  FakeTree tree;
  Fake fake{tree.root()};
  explicit Machine(std::string_view manifest) { tree.add(manifest); }
};

TEST(BusyClock, WeighsEachClockByTheTimeThatItsCpusWereBusy) {
  Machine machine(three_policies);
  const auto clock = BusyClock::open(machine.fake.environment);
  ASSERT_TRUE(clock);
  EXPECT_FALSE(clock->look()) << "the first look has nothing to compare with";
  // CPUs 0 and 1: 150 busy ticks together at 2 GHz; CPU 2: 50 at 3 GHz; CPU 3 is idle and is not asked
  machine.tree.overwrite(
      "stat", "cpu  200 0 0 600\ncpu0 100 0 0 100\ncpu1 50 0 0 150\ncpu2 50 0 0 150\ncpu3 1 0 0 199\n");
  EXPECT_NEAR(clock->look().value(), (150 * 2 + 50 * 3) / 200.0, 1e-12);
  EXPECT_FALSE(clock->look()) << "nobody was busy since";
}

TEST(BusyClock, LivesWithCpusThatLeaveAndClocksThatDoNotAnswer) {
  Machine machine(three_policies);
  const auto clock = BusyClock::open(machine.fake.environment);
  EXPECT_FALSE(clock->look());
  machine.tree.remove("devices/system/cpu/cpufreq/policy0");
  machine.tree.overwrite("stat", "cpu  200 0 0 600\ncpu0 100 0 0 100\ncpu2 100 0 0 100\n");
  EXPECT_NEAR(clock->look().value(), 3, 1e-12);
  machine.tree.remove("stat");
  EXPECT_FALSE(clock->look());
}

TEST(BusyClock, AsksNotMoreThanTheSixteenBusiest) {
  std::string manifest = "== stat\ncpu  0 0 0 0\n", after = "cpu  0 0 0 0\n";
  for (int i = 0; i < 40; ++i) {
    manifest += fmt::format("cpu{} 0 0 0 1000\n", i);
    after += fmt::format("cpu{} {} 0 0 1000\n", i, i < 24 ? 100 : 500);
  }
  for (int i = 0; i < 40; ++i)
    manifest += fmt::format("== devices/system/cpu/cpufreq/policy{}/scaling_cur_freq\n{}\n", i,
                            i < 24 ? 1000000 : 4000000);
  Machine machine(manifest);
  const auto clock = BusyClock::open(machine.fake.environment);
  EXPECT_FALSE(clock->look());
  machine.tree.overwrite("stat", after);
  EXPECT_NEAR(clock->look().value(), 4, 1e-12);
}

TEST(BusyClock, IsAbsentWhereTheKernelTellsNoClock) {
  Machine machine("== stat\ncpu  0 0 0 0\n");
  EXPECT_FALSE(BusyClock::open(machine.fake.environment));
}

TEST(ClockWatch, EndsAtOnceWhetherItWasAskedOrNot) {
  Machine machine(three_policies);
  const ClockWatch idle(BusyClock::open(machine.fake.environment), Seconds{5});
  ClockWatch asked(BusyClock::open(machine.fake.environment), Seconds{5});
  asked.ask(SteadyTime{0});
  asked.ask(SteadyTime{6'000'000'000});
  EXPECT_FALSE(asked.ghz()) << "no CPU was busy";
}

TEST(PackageFacts, TellWhetherAPackageMaySleep) {
  Machine machine(
      "== devices/system/cpu/cpu0/cpuidle/state0/name\nPOLL\n== "
      "devices/system/cpu/cpu0/cpuidle/state0/disable\n0\n"
      "== devices/system/cpu/cpu0/cpuidle/state1/name\nC1\n== "
      "devices/system/cpu/cpu0/cpuidle/state1/disable\n0\n"
      "== devices/system/cpu/cpu0/cpuidle/state2/name\nC6\n== "
      "devices/system/cpu/cpu0/cpuidle/state2/disable\n0\n");
  EXPECT_TRUE(package_can_sleep(machine.fake.environment));
  machine.tree.overwrite("devices/system/cpu/cpu0/cpuidle/state2/disable", "1\n");
  EXPECT_FALSE(package_can_sleep(machine.fake.environment));
  machine.tree.remove("devices/system/cpu/cpu0/cpuidle");
  EXPECT_TRUE(package_can_sleep(machine.fake.environment)) << "not known";
}

TEST(PackageFacts, AddTheLimitsOfAllPackages) {
  Machine machine(
      "== class/powercap/intel-rapl:0/name\npackage-0\n"
      "== class/powercap/intel-rapl:0/constraint_0_power_limit_uw\n205000000\n"
      "== class/powercap/intel-rapl:0:0/name\ndram\n"
      "== class/powercap/intel-rapl:0:0/constraint_0_power_limit_uw\n99000000\n"
      "== class/powercap/intel-rapl:1/name\npackage-1\n"
      "== class/powercap/intel-rapl:1/constraint_0_power_limit_uw\n195000000\n");
  EXPECT_EQ(package_power_limit(machine.fake.environment), Watts{400});
  machine.tree.remove("class/powercap/intel-rapl:1/constraint_0_power_limit_uw");
  EXPECT_FALSE(package_power_limit(machine.fake.environment)) << "one of two would halve the limit";
}

}  // namespace
}  // namespace joulecast::sensors
