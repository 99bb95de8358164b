#include <gmock/gmock.h>

#include <cerrno>

#include "trace/counter.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SensorType& type = sensor_type("powercap");

TEST(Powercap, LeavesOutPsysAndTheMmioDuplicate) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  Fake fake(tree.root());
  const auto sensor = type.open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("cpu0_package", "cpu1_package", "cpu0_core", "dram0", "dram1"));
  EXPECT_EQ(channel(*sensor, "cpu0_core").contained_in, "cpu0_package");
  EXPECT_EQ(channel(*sensor, "dram1").contained_in, "") << "memory lies outside the package";
  EXPECT_EQ(channel(*sensor, "dram0").component, trace::Component::dram);
  EXPECT_EQ(channel(*sensor, "cpu1_package").wrap_range, 262143328850U);
  EXPECT_EQ(channel(*sensor, "cpu1_package").device, "1");
  EXPECT_NE(channel(*sensor, "cpu0_core").device, channel(*sensor, "cpu0_package").device)
      << "a part must never be taken for its whole";
  EXPECT_EQ(count(*sensor, "cpu0_package"), 1000000000000U);
}

TEST(Powercap, ReadsEveryDie) {
  const auto tree = FakeTree::from_fixture("dies.txt");
  Fake fake(tree.root());
  const auto sensor = type.open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("cpu0-die-0_package", "cpu0-die-1_package"));
  EXPECT_EQ(channel(*sensor, "cpu0-die-0_package").wrap_range, 0U) << "its range is not there: not known";
  EXPECT_THAT(channel(*sensor, "cpu0-die-0_package").note, HasSubstr("range cannot be read"));
}

TEST(Powercap, FollowsAWrapThroughTheOpenDescriptor) {
  FakeTree tree;
  tree.add(
      "== class/powercap/intel-rapl:0/name\npackage-0\n"
      "== class/powercap/intel-rapl:0/energy_uj\n90000000\n"
      "== class/powercap/intel-rapl:0/max_energy_range_uj\n100000000\n");
  Fake fake(tree.root());
  const auto sensor = type.open(fake.environment).value();
  trace::CounterDecoder decoder(sensor->channels()[0]);
  SteadyTime time{0};
  decoder.step(time, count(*sensor, "cpu0_package"));
  for (const char* value : {"99000000", "05000000", "70000000", "10000000"}) {
    tree.overwrite("class/powercap/intel-rapl:0/energy_uj", value);
    time = time + Seconds{0.02};  // a range of 100 J: often enough for the bound of 1 kW
    EXPECT_TRUE(decoder.step(time, count(*sensor, "cpu0_package")).usable());
  }
  // By hand: 9 + (1 + 5) + 65 + (30 + 10) J
  EXPECT_NEAR(decoder.total().value(), 120, 1e-9);
}

TEST(Powercap, SaysHowToGetPermission) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  Fake fake(tree.root());
  const auto real_open = fake.environment.open;
  fake.environment.open = [real_open](const char* path, int flags) {
    if (std::string_view(path).ends_with("energy_uj")) return errno = EACCES, -1;
    return real_open(path, flags);
  };
  EXPECT_EQ(type.open(fake.environment).error().kind, ErrorKind::denied);
  const auto finding = type.probe(fake.environment);
  EXPECT_FALSE(finding.usable);
  EXPECT_THAT(finding.reason, HasSubstr("Permission denied"));
  EXPECT_EQ(finding.fix, "sudo chmod a+r " + tree.root().string() + "/class/powercap/intel-rapl:*/energy_uj");
}

TEST(Powercap, AnUnreadableDramIsAbsentAndNotZero) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  tree.remove("class/powercap/intel-rapl:1:0");
  Fake fake(tree.root());
  const auto sensor = type.open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("cpu0_package", "cpu1_package", "cpu0_core", "dram0"));
}

struct Fault {
  int error;
  ErrorKind kind;
};
class PowercapFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(PowercapFaults, EndsOrSkipsAReading) {
  const auto tree = FakeTree::from_fixture("two_sockets.txt");
  Fake fake(tree.root());
  bool broken = false;
  fake.environment.pread = [&broken](int fd, void* buffer, size_t size, off_t at) {
    if (broken) return errno = GetParam().error, ssize_t{-1};
    return ::pread(fd, buffer, size, at);
  };
  const auto sensor = type.open(fake.environment).value();
  EXPECT_TRUE(read_one(*sensor, "dram0"));
  broken = true;
  EXPECT_EQ(read_one(*sensor, "dram0").error().kind, GetParam().kind);
  broken = false;
  EXPECT_TRUE(read_one(*sensor, "dram0"));
}
INSTANTIATE_TEST_SUITE_P(Errors, PowercapFaults,
                         ::testing::Values(Fault{EACCES, ErrorKind::gone},  // permission withdrawn
                                           Fault{ENODEV, ErrorKind::gone},  // CPU unplugged
                                           Fault{EIO, ErrorKind::retry}, Fault{ENODATA, ErrorKind::retry}));

TEST(Powercap, NonsenseIsAGap) {
  const auto tree = FakeTree::from_fixture("dies.txt");
  Fake fake(tree.root());
  const auto sensor = type.open(fake.environment).value();
  for (const char* nonsense : {"x7", "-5", "1e3", ""}) {
    tree.overwrite("class/powercap/intel-rapl:1/energy_uj", nonsense);
    EXPECT_EQ(read_one(*sensor, "cpu0-die-1_package").error().kind, ErrorKind::retry) << nonsense;
    EXPECT_TRUE(read_one(*sensor, "cpu0-die-0_package")) << "the others go on";
  }
}

TEST(Powercap, AMachineWithoutItSaysSo) {
  FakeTree tree;
  tree.add("== cpuinfo\nprocessor : 0\nflags : fpu\n");
  Fake fake(tree.root());
  EXPECT_EQ(type.open(fake.environment).error().kind, ErrorKind::unavailable);
  EXPECT_THAT(type.probe(fake.environment).fix, HasSubstr("modprobe"));
  tree.overwrite("cpuinfo", "processor : 0\nflags : fpu hypervisor\n");
  EXPECT_EQ(type.probe(fake.environment).fix, "") << "no driver helps a virtual machine";
}

}  // namespace
}  // namespace joulecast::sensors
