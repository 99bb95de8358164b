// Meters of whole boards: ACPI, Grace, Jetson, Cray, and the management controller.
#include <gmock/gmock.h>
#include <linux/ipmi.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "sensors/support/dcmi.hpp"
#include "sensors/support/selection.hpp"
#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using trace::Component;

TEST(HwmonPower, TakesTheCpuRailOfGraceAndNotTheModule) {
  const auto tree = FakeTree::from_fixture("grace_hopper.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("hwmon_power").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("cpu0_power", "sysio0_power"));
  EXPECT_DOUBLE_EQ(gauge(*sensor, "cpu0_power"), 150);
  EXPECT_DOUBLE_EQ(channel(*sensor, "cpu0_power").averaging_window.value(), 0.05);
  EXPECT_TRUE(measures(*sensor, Component::cpu));
}

TEST(HwmonPower, AnAcpiMeterIsTheMachine) {
  const auto tree = FakeTree::from_fixture("server_meters.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("hwmon_power").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("node_power", "node_power_2", "cpu0_energy"));
  EXPECT_EQ(channel(*sensor, "node_power").component, Component::node);
  EXPECT_NE(channel(*sensor, "node_power_2").device, channel(*sensor, "node_power").device);
  EXPECT_EQ(count(*sensor, "cpu0_energy"), 5000000U);
}

TEST(Jetson, TheInputRailContainsTheOthers) {
  const auto tree = FakeTree::from_fixture("jetson_orin.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("jetson").open(fake.environment).value();
  EXPECT_DOUBLE_EQ(gauge(*sensor, "vdd_in_power"), 10);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "vdd_cpu_gpu_cv_power"), 4);
  EXPECT_EQ(channel(*sensor, "vdd_in_power").component, Component::node);
  EXPECT_EQ(channel(*sensor, "vdd_soc_power").contained_in, "vdd_in_power");
  EXPECT_EQ(channel(*sensor, "vdd_cpu_gpu_cv_power").component, Component::other) << "it feeds both";
}

TEST(Jetson, ReadsTheOlderKernelsFiles) {
  const auto tree = FakeTree::from_fixture("jetson_tx2.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("jetson").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor), ElementsAre("vdd_sys_gpu_power", "vdd_sys_soc_power", "vdd_sys_cpu_power",
                                             "vdd_sys_ddr_power"));
  EXPECT_DOUBLE_EQ(gauge(*sensor, "vdd_sys_gpu_power"), 1.52);
  EXPECT_EQ(channel(*sensor, "vdd_sys_ddr_power").component, Component::dram);
  EXPECT_EQ(channel(*sensor, "vdd_sys_cpu_power").contained_in, "") << "no input rail here";
}

TEST(Cray, TheNodeContainsItsParts) {
  const auto tree = FakeTree::from_fixture("cray.txt");
  Fake fake(tree.root());
  const auto sensor = sensor_type("cray").open(fake.environment).value();
  EXPECT_THAT(names_of(*sensor),
              ElementsAre("node_energy", "cpu_energy", "dram_energy", "accel0_energy", "accel1_energy"));
  EXPECT_EQ(count(*sensor, "accel1_energy"), 1600000U) << "joules, before the unit and the time";
  EXPECT_EQ(channel(*sensor, "accel0_energy").contained_in, "node_energy");
  EXPECT_EQ(channel(*sensor, "node_energy").contained_in, "");
}

/// A management controller that answers according to the DCMI specification.
struct FakeController {
  std::vector<std::uint8_t> answer{0, 0xdc, 0x2c, 0x01, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0xe8, 3, 0, 0, 0x40};
  int error = 0;
  long last_message = 0;
  int stale_answers = 0;

  explicit FakeController(Fake& fake) {
    fake.environment.ioctl = [this](int, unsigned long request, void* argument) {
      if (error != 0) return errno = error, -1;
      if (request == IPMICTL_SEND_COMMAND) {
        const auto* sent = static_cast<ipmi_req*>(argument);
        last_message = sent->msgid;
        EXPECT_EQ(sent->msg.netfn, 0x2c);
        EXPECT_EQ(sent->msg.cmd, 2);
        EXPECT_EQ(sent->msg.data[0], 0xdc);
        return 0;
      }
      auto* received = static_cast<ipmi_recv*>(argument);
      received->msgid = stale_answers-- > 0 ? last_message - 1 : last_message;
      std::memcpy(received->msg.data, answer.data(), answer.size());
      received->msg.data_len = static_cast<unsigned short>(answer.size());
      return 0;
    };
  }
  void set(int watts, std::uint8_t time) {
    answer[2] = static_cast<std::uint8_t>(watts & 0xff);
    answer[3] = static_cast<std::uint8_t>(watts >> 8);
    answer[10] = time;
  }
};

class IpmiTest : public ::testing::Test {
 protected:
  FakeTree tree_ = [] {
    FakeTree tree;
    tree.add("== ipmi0\nx\n");
    return tree;
  }();
  Fake fake_{tree_.root()};
  FakeController controller_{fake_};
};

TEST_F(IpmiTest, ReadsWholeWatts) {
  const auto sensor = sensor_type("ipmi").open(fake_.environment).value();
  expect_described(sensor_type("ipmi"), *sensor);
  controller_.set(512, 0x11);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "node_power"), 512);
  EXPECT_EQ(sensor->channels()[0].component, Component::node);
  controller_.set(300, 0x12);
  controller_.stale_answers = 2;
  EXPECT_DOUBLE_EQ(gauge(*sensor, "node_power"), 300) << "late answers to earlier questions are dropped";
}

TEST_F(IpmiTest, ARepeatedReadingIsAGap) {
  const auto sensor = sensor_type("ipmi").open(fake_.environment).value();
  EXPECT_TRUE(read_one(*sensor, "node_power"));
  EXPECT_EQ(read_one(*sensor, "node_power").error().kind, ErrorKind::retry);
  controller_.set(301, 0x13);
  EXPECT_TRUE(read_one(*sensor, "node_power"));
}

TEST_F(IpmiTest, AControllerThatDoesNotMeasureIsUnavailable) {
  controller_.answer[18] = 0;
  EXPECT_EQ(sensor_type("ipmi").open(fake_.environment).error().kind, ErrorKind::unavailable);
  controller_.answer = {0xc1};
  EXPECT_THAT(sensor_type("ipmi").open(fake_.environment).error().message, HasSubstr("0xc1"));
  controller_.error = EIO;
  EXPECT_EQ(sensor_type("ipmi").open(fake_.environment).error().kind, ErrorKind::unavailable);
}

TEST_F(IpmiTest, SaysHowToGetPermission) {
  fake_.environment.open = [](const char* path, int) {
    return errno = std::string_view(path).ends_with("ipmi0") ? EACCES : ENOENT, -1;
  };
  EXPECT_EQ(sensor_type("ipmi").probe(fake_.environment).fix,
            "sudo chmod a+rw " + tree_.root().string() + "/ipmi0");
}

TEST(Dcmi, ShortOrForeignAnswersAreNothing) {
  const std::vector<std::uint8_t> good{0, 0xdc, 0xf4, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0x40};
  const auto power = parse_dcmi_power(good).value();
  EXPECT_DOUBLE_EQ(power.now.value(), 500);
  EXPECT_EQ(power.timestamp, 0x04030201U);
  EXPECT_TRUE(power.active);
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(parse_dcmi_power(std::span(good).first(n)));
  auto foreign = good;
  foreign[1] = 0xdd;
  EXPECT_FALSE(parse_dcmi_power(foreign));
}

TEST(Boards, OrdinaryMachinesSayWhatIsMissing) {
  Fake fake;
  for (const auto* type : all_sensors()) {
    const auto finding = type->probe(fake.environment);
    EXPECT_FALSE(finding.usable) << type->name;
    EXPECT_NE(finding.reason, "") << type->name;
    EXPECT_EQ(finding.reason.find('\n'), std::string::npos) << type->name;
  }
}

}  // namespace
}  // namespace joulecast::sensors
