#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <thread>

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

/// The one core that `machine` shows of a processor with sixteen.
hardware::CpuDescription one_core() {
  const std::string name = "AMD Ryzen Threadripper 1950X";
  return {Watts{8}, 1, 2, hardware::CpuClass::workstation, hardware::cpu_design_of(name)};
}

double energy_of(Sensor& sensor) {
  return static_cast<double>(count(sensor, "cpu_modelled_energy")) * 1e-3;
}

TEST(ModelledCpu, IntegratesTheModelOverEachInterval) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  const auto& channel = sensor->channels()[0];
  EXPECT_EQ(channel.provenance, Provenance::modelled);
  EXPECT_THAT(channel.note, HasSubstr("1 core, 2.8 GHz"));
  EXPECT_THAT(channel.note, HasSubstr("TDP 180 W"));
  EXPECT_THAT(channel.note, HasSubstr("8 W for the CPUs that this container has of it"));
  EXPECT_EQ(channel.relative_uncertainty, hardware::assumed_cpu_power_uncertainty);
  EXPECT_EQ(count(*sensor, channel.name), 0U);

  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  600 0 600 1800 0 0 0 0 0 0\n");  // 1000 of 2000 ticks busy
  // In Python: 5.993648 W.
  EXPECT_NEAR(energy_of(*sensor), 59.93648, 0.01);

  fake.clock.advance(Seconds{0.05});  // too soon for a new reading, so the power stays the same
  EXPECT_NEAR(energy_of(*sensor), 59.93648 * 1.005, 0.01);
}

TEST(ModelledCpu, KnowsAWholeProcessor) {
  std::string text = "== cpuinfo\n";
  for (int i = 0; i < 32; ++i)
    text += fmt::format(
        "processor : {}\nmodel name : AMD Ryzen Threadripper 1950X 16-Core Processor\n"
        "physical id : 0\nsiblings : 32\ncpu cores : 16\n",
        i);
  const auto tree = tree_of((text + "== stat\ncpu  100 0 100 800\n== loadavg\n0 0 0 1/2 3\n").c_str());
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("16 cores, 3.1 GHz"));
  EXPECT_EQ(sensor->channels()[0].relative_uncertainty, hardware::cpu_power_uncertainty);
  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  600 0 600 1800\n");
  EXPECT_NEAR(energy_of(*sensor), 1260.17524, 0.01) << "126.017524 W in Python";
}

TEST(ModelledCpu, ARunShorterThanALookIsNotFree) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  fake.clock.advance(Seconds{0.05});
  // One other task runs on the two CPUs when the sensor opens.
  EXPECT_NEAR(energy_of(*sensor), (cpu_power(one_core(), 0.5) * Seconds{0.05}).value(), 0.01);
}

TEST(ModelledCpu, AnUnknownProcessorIsAssumedAndSaysSo) {
  const auto tree = tree_of("== cpuinfo\nprocessor : 0\nmodel name : Zilog Z80\n== stat\ncpu  1 0 1 8\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("'Zilog Z80' not known, 8 W assumed"));
  EXPECT_EQ(sensor->channels()[0].relative_uncertainty, hardware::assumed_cpu_power_uncertainty);
}

std::string virtual_machine_of(const char* model, int cpus, const char* clock) {
  std::string text = "== cpuinfo\n";
  for (int i = 0; i < cpus; ++i)
    text += fmt::format(
        "processor : {}\nmodel name : {}\ncpu MHz : {}\nphysical id : {}\nsiblings : 1\n"
        "cpu cores : 1\nflags : fpu hypervisor\n",
        i, model, clock, i);
  return text + "== stat\ncpu  100 0 100 800\n== loadavg\n0 0 0 1/2 3\n";
}

TEST(ModelledCpu, AVirtualMachineGetsTheShareOfItsCpus) {
  const auto tree = tree_of(virtual_machine_of("AMD EPYC 7763 64-Core Processor", 8, "2450.000").c_str());
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  // Eight threads of a server are four of its cores, at 1.2 of the base clock.
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("4 cores, 2.9 GHz"));
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("32 W for the CPUs that this virtual machine has of it"));
  EXPECT_EQ(sensor->channels()[0].relative_uncertainty, hardware::assumed_cpu_power_uncertainty);
  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  1100 0 1100 800\n");
  const hardware::CpuDescription four{Watts{32}, 4, 2, hardware::CpuClass::server,
                                      hardware::cpu_design_of("AMD EPYC 7763")};
  EXPECT_NEAR(energy_of(*sensor), 10 * cpu_power(four, 1, 1.2 * 2.45).value(), 0.01);
}

TEST(ModelledCpu, ExpectsTheClockThatCpufreqAllows) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== devices/system/cpu/cpu0/cpufreq/base_frequency\n3000000\n"
      "== devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq\n4000000\n"
      "== devices/system/cpu/cpu0/cpufreq/scaling_max_freq\n2000000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  fake.clock.advance(Seconds{10});
  tree.overwrite("stat", "cpu  1100 0 1100 800 0 0 0 0 0 0\n");
  EXPECT_NEAR(energy_of(*sensor), cpu_power(one_core(), 1, 2.0).value() * 10, 0.01);
}

TEST(ModelledCpu, FollowsTheClockOfTheBusyCpus) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== stat\ncpu  0 0 0 200\ncpu0 0 0 0 100\ncpu1 0 0 0 100\n"
      "== devices/system/cpu/cpufreq/policy0/scaling_cur_freq\n1500000\n"
      "== devices/system/cpu/cpufreq/policy1/scaling_cur_freq\n4000000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  // The clock is read on another thread. Each step makes CPU 0 busy and CPU 1 not.
  const double expected = cpu_power(one_core(), 0.5, 1.5).value();
  double before = energy_of(*sensor), last = 0;
  for (int step = 1; step < 2000 && std::abs(last - expected) > 0.01; ++step) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    fake.clock.advance(Seconds{6});
    tree.overwrite("stat", fmt::format("cpu  {0} 0 0 {1}\ncpu0 {0} 0 0 100\ncpu1 0 0 0 {2}\n", 100 * step,
                                       200 + 100 * step, 100 + 100 * step));
    const double now = energy_of(*sensor);
    last = (now - before) / 6;
    before = now;
  }
  EXPECT_NEAR(last, expected, 0.01);
}

/// A machine with so many logical CPUs, each with these lines in /proc/cpuinfo, and `threads` of them a core.
struct OtherMachine {
  OtherMachine(int cpus, const std::string& each, int threads = 1) {
    std::string text = "== cpuinfo\n", topology;
    for (int i = 0; i < cpus; ++i) {
      text += fmt::format("processor\t: {}\n{}\n", i, each);
      const int first = i / threads * threads;
      topology += fmt::format("== devices/system/cpu/cpu{}/topology/thread_siblings_list\n{}-{}\n", i, first,
                              first + threads - 1);
    }
    tree.add(text + topology + "== stat\ncpu  100 0 100 800\n== loadavg\n0 0 0 1/2 3\n");
  }
  /// Watts with all CPUs busy.
  double busy() {
    fake.emplace(tree.root());
    sensor = sensor_type("modelled_cpu").open(fake->environment).value();
    fake->clock.advance(Seconds{10});
    tree.overwrite("stat", "cpu  1100 0 1100 800\n");
    return energy_of(*sensor) / 10;
  }
  [[nodiscard]] const trace::Channel& channel() const { return sensor->channels()[0]; }
  [[nodiscard]] bool covers(double watts, double truth) const {
    return std::abs(watts - truth) <= channel().relative_uncertainty * watts;
  }
  FakeTree tree;
  std::optional<Fake> fake;
  std::unique_ptr<Sensor> sensor;
};

std::string arm_cpu(const char* implementer, const char* part) {
  return fmt::format("CPU implementer\t: {}\nCPU architecture: 8\nCPU part\t: {}", implementer, part);
}

TEST(ModelledCpu, KnowsArmServersByTheirCores) {
  OtherMachine graviton3(64, arm_cpu("0x41", "0xd40"));
  graviton3.tree.add("== class/dmi/id/sys_vendor\nAmazon EC2\n");
  const double watts = graviton3.busy();
  EXPECT_TRUE(graviton3.covers(watts, 100)) << watts;
  EXPECT_LT(watts, 150);
  EXPECT_EQ(graviton3.channel().device_name, "Neoverse V1 (Graviton3)");
  EXPECT_THAT(graviton3.channel().note, HasSubstr("64 of Neoverse V1 (Graviton3) at 1.6 W when busy"));

  OtherMachine altra(128, arm_cpu("0x41", "0xd0c"));
  const double of_altra = altra.busy();
  EXPECT_TRUE(altra.covers(of_altra, 250)) << of_altra;
  EXPECT_LT(of_altra, 350);
}

TEST(ModelledCpu, KnowsSmallBoards) {
  OtherMachine pi4(4, arm_cpu("0x41", "0xd08"));
  const double watts = pi4.busy();
  EXPECT_TRUE(pi4.covers(watts, 6)) << watts;
  OtherMachine pi5(4, arm_cpu("0x41", "0xd0b"));
  EXPECT_TRUE(pi5.covers(pi5.busy(), 8));
}

TEST(ModelledCpu, AddsUpCoresOfTwoKinds) {
  OtherMachine m1(0, "");
  std::string text = "== cpuinfo\n";
  for (int i = 0; i < 8; ++i)
    text += fmt::format("processor : {}\n{}\n", i, arm_cpu("0x61", i < 4 ? "0x022" : "0x023"));
  m1.tree.add(text);
  EXPECT_NEAR(m1.busy(), 4 * 0.5 + 4 * 4.8, 1e-3);
}

TEST(ModelledCpu, CountsCoresAndNotThreadsOnPower) {
  const std::string power9 = "cpu\t\t: POWER9, altivec supported\nclock\t\t: 3300.000000MHz";
  OtherMachine told(128, power9, 4);
  const double watts = told.busy();
  EXPECT_TRUE(told.covers(watts, 380)) << watts << " W, of two packages of 190 W";
  EXPECT_LT(watts, 500);
  OtherMachine single(32, power9, 1);
  EXPECT_NEAR(single.busy(), watts, 1e-3) << "threads may be switched off";
}

TEST(ModelledCpu, SaysHowLittleIsKnownOfAnUnknownDesign) {
  OtherMachine server(64, arm_cpu("0x41", "0xfff"));
  const double watts = server.busy();
  EXPECT_TRUE(server.covers(watts, 64 * 1.0) && server.covers(watts, 64 * 5.0)) << watts;
  EXPECT_THAT(server.channel().note, HasSubstr("assumed"));
  OtherMachine board(4, "hart\t\t: 0\nisa\t\t: rv64imafdc");
  const double of_board = board.busy();
  EXPECT_TRUE(board.covers(of_board, 4 * 0.5) && board.covers(of_board, 4 * 4.0)) << of_board;
}

TEST(ModelledCpu, DoesNotBelieveAnImpossibleClock) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== devices/system/cpu/cpu0/cpufreq/base_frequency\n60001000000\n"
      "== devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq\n9000000\n"
      "== devices/system/cpu/cpu0/cpufreq/scaling_max_freq\n50000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_cpu").open(fake.environment).value();
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("2.8 GHz")) << "as without cpufreq";

  const auto guest = tree_of(virtual_machine_of("AMD EPYC 7763 64-Core Processor", 8, "60001000").c_str());
  Fake other(guest.root());
  const auto in_guest = sensor_type("modelled_cpu").open(other.environment).value();
  EXPECT_THAT(in_guest->channels()[0].note, HasSubstr("4 cores, 2.8 GHz"));
}

TEST(ModelledDram, GrowsFromItsCapacity) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("modelled_dram").open(fake.environment).value();
  EXPECT_EQ(sensor->channels()[0].provenance, Provenance::modelled);
  EXPECT_THAT(sensor->channels()[0].note, HasSubstr("16 GiB"));  // 15.26 are told
  tree.overwrite("stat", "cpu  100 0 100 1800\n");
  EXPECT_NEAR(gauge(*sensor, "dram_modelled_power"), 16 * 0.15, 1e-9) << "idle";
  tree.overwrite("stat", "cpu  1100 0 100 1800\n");
  EXPECT_NEAR(gauge(*sensor, "dram_modelled_power"), 16 * 0.35, 1e-9) << "all CPUs busy";
  tree.overwrite("stat", "cpu  1100 0 100 4800\n");
  EXPECT_NEAR(gauge(*sensor, "dram_modelled_power"), 16 * 0.15, 1e-9);
  tree.overwrite("stat", "cpu  2100 0 100 5800\n");
  EXPECT_NEAR(gauge(*sensor, "dram_modelled_power"), 16 * 0.30, 1e-9) << "one of two CPUs";
}

TEST(Machine, TellsUtilisationAndMemory) {
  const auto tree = tree_of(machine);
  Fake fake(tree.root());
  const auto sensor = sensor_type("machine").open(fake.environment).value();
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0.5)
      << "at first: one running task beside us on two CPUs";
  tree.overwrite("stat", "cpu  150 0 100 850 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0.5);
  tree.overwrite("stat", "cpu  150 0 100 950 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu_utilisation"), 0);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "memory_used"), 4e6 * 1024);
  EXPECT_EQ(sensor->channels().size(), 2U) << "no cpufreq, no clock";
}

TEST(Machine, TellsTheClockOfTheBusyCpus) {
  const auto tree = tree_of(machine);
  FakeTree(tree).add(
      "== stat\ncpu  0 0 0 200\ncpu0 0 0 0 100\ncpu1 0 0 0 100\n"
      "== devices/system/cpu/cpufreq/policy0/scaling_cur_freq\n2000000\n"
      "== devices/system/cpu/cpufreq/policy1/scaling_cur_freq\n3000000\n");
  Fake fake(tree.root());
  const auto sensor = sensor_type("machine").open(fake.environment).value();
  EXPECT_EQ(read_all(*sensor)[2].error().kind, ErrorKind::retry) << "nobody has looked yet";
  // The clock is read on another thread. Each step makes CPU 1 busy and CPU 0 not.
  auto reading = read_all(*sensor)[2];
  for (int step = 1; step < 2000 && !reading; ++step) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    fake.clock.advance(Seconds{6});
    tree.overwrite("stat", fmt::format("cpu  {0} 0 0 {1}\ncpu0 0 0 0 {2}\ncpu1 {0} 0 0 100\n", 100 * step,
                                       200 + 100 * step, 100 + 100 * step));
    reading = read_all(*sensor)[2];
  }
  EXPECT_DOUBLE_EQ(std::get<double>(reading.value()), 3e9);
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

TEST(CpuTicks, OfEachCpuAreFoundByNumber) {
  const auto cpus = parse_each_cpu_ticks("cpu  9 9 9 9\ncpu0 1 0 0 1\ncpu3 2 0 0 2\ncpu4 x\nintr 5 5 5 5\n");
  ASSERT_EQ(cpus.size(), 2U);
  EXPECT_EQ(cpus.at(0).total, 2U);
  EXPECT_EQ(cpus.at(3).busy, 2U);
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
