#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/perf_event.h>

#include <cerrno>
#include <cstring>

#include "trace/counter.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SensorType& type = sensor_type("perf_rapl");

/// Perf events with counts that the test sets; CPUs can be unplugged.
struct FakePerf {
  explicit FakePerf(Fake& fake) {
    fake.environment.perf_event_open = [this](perf_event_attr* attributes, int cpu) {
      if (refuse != 0) return errno = refuse, -1;
      EXPECT_EQ(attributes->type, 9U);
      const int fd = ::open("/dev/null", O_RDONLY);
      events[fd] = {attributes->config, cpu};
      return fd;
    };
    fake.environment.read = [this](int fd, void* buffer, size_t size) -> ssize_t {
      const auto [config, cpu] = events.at(fd);
      if (cpu == unplugged) return errno = ENODEV, -1;
      const std::uint64_t value = count * config + static_cast<std::uint64_t>(cpu);
      std::memcpy(buffer, &value, size);
      return static_cast<ssize_t>(size);
    };
  }
  std::map<int, std::pair<std::uint64_t, int>> events;
  std::uint64_t count = 1000;
  int refuse = 0;
  int unplugged = -1;
};

TEST(PerfRapl, OpensOneEventForEachPackage) {
  const auto tree = FakeTree::from_fixture("perf_rapl.txt");
  Fake fake(tree.root());
  FakePerf perf(fake);
  const auto sensor = type.open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("cpu0_package", "cpu1_package", "cpu0_core", "cpu1_core"))
      << "never psys";
  expect_described(type, *sensor);
  EXPECT_EQ(count(*sensor, "cpu1_package"), 2016U) << "event 2 on CPU 16";
  EXPECT_EQ(channel(*sensor, "cpu0_core").contained_in, "cpu0_package");
  EXPECT_DOUBLE_EQ(channel(*sensor, "cpu0_package").resolution, std::ldexp(1, -32));
}

TEST(PerfRapl, AStepBackByTheHardwaresRangeIsAWrap) {
  const auto tree = FakeTree::from_fixture("perf_rapl.txt");
  Fake fake(tree.root());
  FakePerf perf(fake);
  const auto sensor = type.open(fake.environment).value();
  const auto& package = channel(*sensor, "cpu0_package");
  trace::CounterDecoder decoder(package);
  perf.count = package.wrap_range / 2 - 500'000'000;  // the event's config doubles it: near the range
  decoder.step(SteadyTime{0}, count(*sensor, "cpu0_package"));
  perf.count = 500'000'000;
  const auto step = decoder.step(SteadyTime{1'000'000'000}, count(*sensor, "cpu0_package"));
  EXPECT_EQ(step.kind, trace::StepKind::wrapped);
  EXPECT_NEAR(step.energy.value(), 2e9 * std::ldexp(1, -32), 1e-6);
}

TEST(PerfRapl, MovesToAnotherCpuOfThePackage) {
  const auto tree = FakeTree::from_fixture("perf_rapl.txt");
  Fake fake(tree.root());
  FakePerf perf(fake);
  const auto sensor = type.open(fake.environment).value();
  EXPECT_EQ(count(*sensor, "cpu0_package"), 2000U);
  tree.overwrite("bus/event_source/devices/power/cpumask", "1,16");
  perf.unplugged = 0;
  perf.count = 10;
  EXPECT_EQ(count(*sensor, "cpu0_package"), 2021U) << "goes on from 2000";
  perf.unplugged = 16;
  EXPECT_EQ(read_one(*sensor, "cpu1_package").error().kind, ErrorKind::gone) << "no CPU of package 1 is left";
}

TEST(PerfRapl, SaysHowToGetPermission) {
  const auto tree = FakeTree::from_fixture("perf_rapl.txt");
  Fake fake(tree.root());
  FakePerf perf(fake);
  perf.refuse = EACCES;
  const auto finding = type.probe(fake.environment);
  EXPECT_FALSE(finding.usable);
  EXPECT_EQ(finding.fix, "sudo sysctl kernel.perf_event_paranoid=0");
}

TEST(PerfRapl, DiesOfOnePackageAreApart) {
  auto tree = FakeTree::from_fixture("perf_rapl.txt");
  tree.overwrite("devices/system/cpu/cpu16/topology/physical_package_id", "0");
  tree.add("== devices/system/cpu/cpu0/topology/die_id\n0\n== devices/system/cpu/cpu16/topology/die_id\n1\n");
  Fake fake(tree.root());
  FakePerf perf(fake);
  const auto sensor = type.open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ::testing::IsSupersetOf({"cpu0-die-0_package", "cpu0-die-1_package"}));
}

}  // namespace
}  // namespace joulecast::sensors
