#include <gmock/gmock.h>

#include "hardware/cpu_power.hpp"
#include "sensors/support/processor.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::HasSubstr;

constexpr const char* machine = R"(== cpuinfo
processor	: 0
model name	: AMD Ryzen Threadripper 1950X 16-Core Processor
physical id	: 0
siblings	: 2
cpu cores	: 1
flags		: fpu sse2
processor	: 1
model name	: AMD Ryzen Threadripper 1950X 16-Core Processor
physical id	: 0
== stat
cpu  100 0 100 800 0 0 0 0 0 0
cpu0 50 0 50 400 0 0 0 0 0 0
== loadavg
0.10 0.20 0.30 2/300 4242
== meminfo
MemTotal:       16000000 kB
MemFree:         1000000 kB
MemAvailable:   12000000 kB
)";

FakeTree tree_of(const char* manifest) {
  FakeTree tree;
  tree.add(manifest);
  return tree;
}

TEST(ModelledCpu, IntegratesTheModelOverEachInterval) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  const auto& channel = sensor->channels()[0];
  EXPECT_EQ(channel.provenance, Provenance::modelled);
  EXPECT_THAT(channel.note, HasSubstr("TDP 180 W"));
  EXPECT_GT(channel.relative_uncertainty, 0.2);
  EXPECT_EQ(count(*sensor, channel.name), 0U);

  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  600 0 600 1800 0 0 0 0 0 0\n");  // 1000 of 2000 ticks busy
  const hardware::CpuDescription cpu{Watts{180}, hardware::CpuClass::workstation, true};
  const Joules expected = hardware::cpu_power(cpu, 0.5) * Seconds{10};
  EXPECT_NEAR(static_cast<double>(count(*sensor, channel.name)) * channel.resolution, expected.value(), 0.01);

  fake.clock.advance(Seconds{0.05});  // too soon for a new reading, so the power stays the same
  EXPECT_NEAR(static_cast<double>(count(*sensor, channel.name)) * channel.resolution,
              expected.value() * 1.005, 0.01);
}

TEST(ModelledCpu, ARunShorterThanALookIsNotFree) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  fake.clock.advance(Seconds{0.05});
  const hardware::CpuDescription cpu{Watts{180}, hardware::CpuClass::workstation, true};
  // One other task runs on the two CPUs when the sensor opens.
  EXPECT_NEAR(static_cast<double>(count(*sensor, "cpu_modelled_energy")) * 1e-3,
              (hardware::cpu_power(cpu, 0.5) * Seconds{0.05}).value(), 0.01);
}

TEST(ModelledCpu, AnUnknownProcessorIsAssumedAndSaysSo) {
  const auto tree = tree_of("== cpuinfo\nprocessor : 0\nmodel name : Zilog Z80\n== stat\ncpu  1 0 1 8\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("'Zilog Z80' not known, 4 W assumed"));
  EXPECT_GE(sensor->channels()[0].relative_uncertainty, 0.8);
}

TEST(ModelledCpu, AVirtualMachineGetsTheShareOfItsCpus) {
  auto text = std::string(machine);
  text.replace(text.find("fpu sse2"), 8, "hypervisor");
  const auto tree = tree_of(text.c_str());
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("8 W for this virtual machine's CPUs"));
}

TEST(ModelledCpu, FollowsALimitedClock) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq\n4000000\n"
      "== devices/system/cpu/cpu0/cpufreq/scaling_max_freq\n2000000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  1100 0 1100 800 0 0 0 0 0 0\n");
  const hardware::CpuDescription cpu{Watts{180}, hardware::CpuClass::workstation, true};
  EXPECT_NEAR(static_cast<double>(count(*sensor, "cpu_modelled_energy")) * 1e-3,
              hardware::cpu_power(cpu, 1, 0.5).value() * 10, 0.01);
}

TEST(ModelledDram, IsThePapersConstant) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_dram").open(fake.environment).value();
  // 4e6 kB in use = 4096 MB of 1e6 bytes; 3.75e-4 W each.
  EXPECT_NEAR(gauge(*sensor, "dram_modelled_power"), 4096 * 3.75e-4, 1e-9);
  EXPECT_EQ(sensor->channels()[0].provenance, Provenance::modelled);
}

TEST(Machine, TellsUtilisationAndMemory) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== devices/system/cpu/cpufreq/policy0/scaling_cur_freq\n2000000\n"
      "== devices/system/cpu/cpufreq/policy1/scaling_cur_freq\n3000000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("machine").open(fake.environment).value();
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0.5)
      << "at first: one running task beside us on two CPUs";
  tree.overwrite("stat", "cpu  150 0 100 850 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0.5);
  tree.overwrite("stat", "cpu  150 0 100 950 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "memory_used"), 4e6 * 1024);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_frequency"), 2.5e9);
}

TEST(CpuTicks, AreParsedAsTheKernelWritesThem) {
  // proc_stat(5): stolen time and waiting are not our work; guest time is included in user time.
  const auto ticks = parse_cpu_ticks("cpu  10 20 30 40 50 60 70 80 5 5\ncpu0 …").value();
  EXPECT_EQ(ticks.total, 360U);
  EXPECT_EQ(ticks.busy, 10U + 20 + 30 + 60 + 70);
  EXPECT_TRUE(parse_cpu_ticks("cpu  1 2 3 4"));
  for (const char* bad : {"", "cpu0 1 2 3 4", "cpu  1 2 x 4", "cpu  1 2 3", "intr 5"})
    EXPECT_FALSE(parse_cpu_ticks(bad)) << bad;
}

TEST(Meminfo, NeedsBothLines) {
  EXPECT_FALSE(parse_meminfo("MemTotal: 5 kB\n"));
  EXPECT_FALSE(parse_meminfo("MemTotal: 5 kB\nMemAvailable: 6 kB\n"));
  EXPECT_FALSE(parse_meminfo("MemTotal: 5 kB\nMemAvailable: -6 kB\n"));
  EXPECT_FALSE(parse_meminfo("MemTotal: x kB\nMemAvailable: 6 kB\n"));
  EXPECT_DOUBLE_EQ(parse_meminfo("MemTotal: 5 kB\nMemAvailable: 3 kB\n")->used, 2048);
}

}  // namespace
}  // namespace joulecast::sensors
