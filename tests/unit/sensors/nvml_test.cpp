// The oracle is the fake's true energy: the closed-form integral of its scripted power, not sampled.
#include <gmock/gmock.h>

#include <cmath>

#include "sensors/support/nvml_gpu.hpp"
#include "support/temporary_directory.hpp"
#include "trace/counter.hpp"
#include "unit/sensors/fake_nvml.hpp"

namespace joulecast::sensors {
namespace {
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Polls a counter and a power gauge for a while and returns the energy from each.
struct Measured {
  double counter = 0;
  double power = 0;
};
Measured measure(FakeNvml& nvml, Sensor& sensor, double seconds, double interval) {
  trace::CounterDecoder decoder(channel(sensor, "gpu0_energy"));
  Measured measured;
  double before = gauge(sensor, "gpu0_power");
  decoder.step(nvml.fake.clock.steady(), count(sensor, "gpu0_energy"));
  for (double t = 0; t < seconds - interval / 2; t += interval) {
    nvml.advance(interval);
    const double now = gauge(sensor, "gpu0_power");
    measured.power += (before + now) / 2 * interval;
    before = now;
    decoder.step(nvml.fake.clock.steady(), count(sensor, "gpu0_energy"));
  }
  measured.counter = decoder.total().value();
  return measured;
}

TEST(Nvml, ListsCounterPowerAndWhatThePaperRecords) {
  FakeNvml nvml("gpu uuid=GPU-0001 name=NVIDIA_H100 arch=9 limit_w=700\npower 0:100\n");
  const auto sensor = nvml.open();
  EXPECT_THAT(names_of(*sensor),
              ElementsAre("gpu0_energy", "gpu0_power", "gpu0_utilisation", "gpu0_memory_utilisation",
                          "gpu0_memory", "gpu0_temperature", "gpu0_frequency"));
  EXPECT_EQ(channel(*sensor, "gpu0_energy").device, "GPU-0001");
  EXPECT_EQ(channel(*sensor, "gpu0_energy").device_name, "NVIDIA H100");
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu0_power").averaging_window.value(), 1.0);
  EXPECT_GT(channel(*sensor, "gpu0_energy").plausible_maximum, Watts{700});
  nvml.advance(5);
  EXPECT_NEAR(gauge(*sensor, "gpu0_power"), 100, 1e-3);
  EXPECT_DOUBLE_EQ(gauge(*sensor, "gpu0_memory"), 20.0 * (1ULL << 30));
  EXPECT_DOUBLE_EQ(gauge(*sensor, "gpu0_frequency"), 1.41e9);
}

TEST(Nvml, TellsWhatHoldsTheClocksDown) {
  FakeNvml nvml(
      "gpu uuid=GPU-0001 arch=9\npower 0:100\nthrottled power from=10 to=30\nthrottled heat from=20 to=40\n"
      "throttled brake from=50 to=60\nthrottled slowdown from=70 to=80\n");
  const auto sensor = nvml.open();
  struct Expected {
    double power, heat;
  };
  double now = 0;
  for (const auto& [at, expected] : std::map<double, Expected>{
           {5, {0, 0}}, {15, {1, 0}}, {25, {1, 1}}, {35, {0, 1}}, {45, {0, 0}}, {55, {1, 0}}, {75, {0, 1}}}) {
    nvml.advance(at - now);
    now = at;
    EXPECT_EQ(gauge(*sensor, "gpu0_throttled_by_power"), expected.power) << at;
    EXPECT_EQ(gauge(*sensor, "gpu0_throttled_by_heat"), expected.heat) << at;
  }
}

class Recovery : public ::testing::TestWithParam<double> {};

TEST_P(Recovery, OfTheTrueIntegralWithinOnePercentByTheCounter) {
  FakeNvml nvml("gpu arch=9 limit_w=700\npower 0:80 5:80 6:520 20:480 21:150 30:610 60:610\n");
  const auto sensor = nvml.open();
  const auto measured = measure(nvml, *sensor, 60, GetParam());
  const double truth = nvml.true_energy(0, 0, 60);
  EXPECT_NEAR(measured.counter, truth, 0.01 * truth);
}

TEST_P(Recovery, WithinTheStatedIntervalByAveragedPower) {
  FakeNvml nvml(
      "gpu arch=9 limit_w=700\nsquare low=80 high=600 period=7\ntiming period_ms=100 window_ms=25 "
      "gain=1.03\n");
  const auto sensor = nvml.open();
  const auto measured = measure(nvml, *sensor, 70, GetParam());
  const double truth = nvml.true_energy(0, 0, 70);
  EXPECT_NEAR(measured.power, truth, channel(*sensor, "gpu0_power").relative_uncertainty * truth);
}
INSTANTIATE_TEST_SUITE_P(Intervals, Recovery, ::testing::Values(0.1, 0.5, 1.0));

TEST(Nvml, SaysWiderUncertaintyWhereOnlyAQuarterOfTheTimeIsSampled) {
  // A load whose period is close to the 100 ms update period is the worst case for an instantaneous gauge.
  FakeNvml nvml(
      "gpu name=NVIDIA_A100 arch=7\nsquare low=100 high=300 period=0.1\n"
      "timing period_ms=100 window_ms=25\nfail average NOT_SUPPORTED\n");
  const auto sensor = nvml.open();
  const auto& power = channel(*sensor, "gpu0_power");
  EXPECT_DOUBLE_EQ(power.averaging_window.value(), 0.025);
  const auto measured = measure(nvml, *sensor, 30, 0.1);
  const double truth = nvml.true_energy(0, 0, 30);
  EXPECT_NEAR(measured.counter, truth, 0.01 * truth);
  EXPECT_GT(std::abs(measured.power - truth), 0.3 * truth)
      << "the fake must show the fault that the sensor warns of";
  EXPECT_GT(power.relative_uncertainty, channel(*sensor, "gpu0_energy").relative_uncertainty * 3);
}

TEST(Nvml, PowerAloneWhereThereIsNoCounter) {
  FakeNvml nvml("gpu arch=4\npower 0:200\nfail energy NOT_SUPPORTED\nfail average NOT_SUPPORTED\n");
  const auto sensor = nvml.open();
  EXPECT_THAT(names_of(*sensor), Not(Contains("gpu0_energy")));
  EXPECT_THAT(names_of(*sensor), Contains("gpu0_power"));
}

TEST(Nvml, OneBackwardJumpCostsOneInterval) {
  FakeNvml nvml("gpu arch=9\npower 0:300\nbackward at=20.5 by_j=4000\n");
  const auto sensor = nvml.open();
  const auto measured = measure(nvml, *sensor, 40, 1);
  EXPECT_NEAR(measured.counter, 300 * 39, 30);
}

TEST(Nvml, ALostGpuIsAGapAndComesBackUnderAnotherIndex) {
  FakeNvml nvml(
      "gpu uuid=GPU-a\npower 0:100\nfail all GPU_IS_LOST from=10 to=18\n"
      "gpu uuid=GPU-b\npower 0:300\norder at=10 1,0\n");
  const auto sensor = nvml.open();
  nvml.advance(5);
  EXPECT_NEAR(gauge(*sensor, "gpu0_power"), 100, 0.1);
  nvml.advance(7);
  const auto readings = read_all(*sensor);
  EXPECT_EQ(readings[index_of(*sensor, "gpu0_power")].error().kind, ErrorKind::retry);
  EXPECT_EQ(readings[index_of(*sensor, "gpu0_temperature")].error().kind, ErrorKind::retry);
  EXPECT_NEAR(std::get<double>(*readings[index_of(*sensor, "gpu1_power")]), 300, 0.1) << "the other goes on";
  nvml.advance(10);
  (void)read_all(*sensor);
  EXPECT_NEAR(gauge(*sensor, "gpu0_power"), 100, 0.1) << "by UUID, not by index";
  EXPECT_NEAR(gauge(*sensor, "gpu0_temperature"), 61, 0.1);
}

TEST(Nvml, AGpuThatStaysAwayIsGone) {
  FakeNvml nvml("gpu\nfail all GPU_IS_LOST from=10\n");
  const auto sensor = nvml.open();
  for (int i = 0; i < 69; ++i) nvml.advance(1), (void)read_all(*sensor);
  EXPECT_EQ(read_one(*sensor, "gpu0_power").error().kind, ErrorKind::retry);
  for (int i = 0; i < 3; ++i) nvml.advance(1), (void)read_all(*sensor);
  EXPECT_EQ(read_one(*sensor, "gpu0_power").error().kind, ErrorKind::gone);
}

TEST(Nvml, AReloadedDriverRestartsTheCounterOnce) {
  FakeNvml nvml("gpu arch=9 limit_w=700\npower 0:300\nreload at=20.5\n");
  const auto sensor = nvml.open();
  trace::CounterDecoder decoder(channel(*sensor, "gpu0_energy"));
  int restarts = 0, gaps = 0;
  for (int i = 0; i < 60; ++i) {
    nvml.advance(1);
    const auto reading = read_one(*sensor, "gpu0_energy");
    if (!reading) {
      EXPECT_EQ(reading.error().kind, ErrorKind::retry);
      ++gaps;
      continue;
    }
    const auto step = decoder.step(nvml.fake.clock.steady(), std::get<std::uint64_t>(*reading));
    restarts += step.kind == trace::StepKind::restarted ? 1 : 0;
  }
  EXPECT_EQ(restarts, 1);
  EXPECT_GE(gaps, 1);
  EXPECT_LE(gaps, 7) << "the driver is asked again every five seconds";
  EXPECT_GT(decoder.total().value(), 300 * (59 - gaps - 2.0));
}

TEST(Nvml, MigCountsTheWholeGpuOnce) {
  FakeNvml nvml("gpu uuid=GPU-m\npower 0:300\nmig MIG-1111\nmig MIG-2222\n");
  nvml.fake.variables["CUDA_VISIBLE_DEVICES"] = "MIG-2222,MIG-1111";
  const auto sensor = nvml.open();
  EXPECT_EQ(std::ranges::count(names_of(*sensor), "gpu0_energy"), 1);
  EXPECT_THAT(names_of(*sensor), Not(Contains("gpu1_energy")));
  EXPECT_THAT(channel(*sensor, "gpu0_energy").note, HasSubstr("whole GPU"));
}

TEST(Nvml, KeepsToTheVisibleDevices) {
  const char* script = "gpu uuid=GPU-a name=X\ngpu uuid=GPU-b name=X\n";
  FakeNvml nvml(script);
  nvml.fake.variables["CUDA_VISIBLE_DEVICES"] = "1";
  EXPECT_THAT(names_of(*nvml.open()), Contains("gpu1_energy"));
  EXPECT_THAT(names_of(*nvml.open()), Not(Contains("gpu0_energy")));
  nvml.fake.environment.gpus = {"GPU-a"};
  EXPECT_THAT(names_of(*nvml.open()), Contains("gpu0_energy"))
      << "what the user asks for goes before the variable";
  nvml.fake.environment.gpus = {"7"};
  EXPECT_EQ(sensor_type("nvml").open(nvml.fake.environment).error().kind, ErrorKind::invalid);
}

TEST(Nvml, HiddenGpusAreNotMeasuredAndItIsSaid) {
  FakeNvml nvml("gpu\n");
  for (const char* list : {"", "-1", "nonsense"}) {
    nvml.fake.variables["CUDA_VISIBLE_DEVICES"] = list;
    const auto finding = sensor_type("nvml").probe(nvml.fake.environment);
    EXPECT_FALSE(finding.usable) << list;
    EXPECT_THAT(finding.reason, HasSubstr("CUDA_VISIBLE_DEVICES")) << list;
    EXPECT_EQ(finding.fix, "unset CUDA_VISIBLE_DEVICES");
  }
}

TEST(Nvml, WarnsThatCudaCountsDifferentBoardsDifferently) {
  FakeNvml nvml("gpu uuid=GPU-a name=GTX\ngpu uuid=GPU-b name=RTX\n");
  nvml.fake.variables["CUDA_VISIBLE_DEVICES"] = "0";
  EXPECT_THAT(channel(*nvml.open(), "gpu0_energy").note, HasSubstr("CUDA_DEVICE_ORDER"));
  nvml.fake.variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
  EXPECT_EQ(channel(*nvml.open(), "gpu0_energy").note, "");
}

constexpr auto tells_no_power =
    "gpu uuid=GPU-a name=RTX_4060\nfail energy NOT_SUPPORTED\nfail power NOT_SUPPORTED\n"
    "fail average NOT_SUPPORTED\n";

TEST(Nvml, AGpuWithoutPowerIsMissingBesideTheOneThatHasIt) {
  FakeNvml nvml(std::string(tells_no_power) + "gpu uuid=GPU-b\npower 0:200\n");
  const auto sensor = nvml.open();
  const auto& missing = channel(*sensor, "gpu0_power");
  EXPECT_EQ(missing.provenance, Provenance::missing);
  EXPECT_EQ(missing.device, "GPU-a");
  EXPECT_THAT(missing.note, HasSubstr("RTX 4060 is not measured"));
  EXPECT_NEAR(gauge(*sensor, "gpu1_power"), 200, 0.1);
  EXPECT_NEAR(gauge(*sensor, "gpu0_temperature"), 61, 0.1) << "what it tells is kept";
}

TEST(Nvml, AGpuThatCannotBeOpenedIsMissing) {
  FakeNvml nvml("gpu uuid=GPU-a\nfail handle NO_PERMISSION\ngpu uuid=GPU-b\npower 0:200\n");
  const auto sensor = nvml.open();
  EXPECT_EQ(channel(*sensor, "gpu0_power").provenance, Provenance::missing);
  EXPECT_EQ(channel(*sensor, "gpu0_power").device, "0") << "not even its UUID is known";
  EXPECT_NEAR(gauge(*sensor, "gpu1_power"), 200, 0.1);
}

TEST(Nvml, IsOfNoUseWhereNoGpuTellsItsPower) {
  FakeNvml nvml(tells_no_power);
  const auto sensor = nvml.open();
  EXPECT_EQ(channel(*sensor, "gpu0_power").provenance, Provenance::missing);
}

TEST(Nvml, AJetsonIsSentToItsOwnSensor) {
  FakeNvml nvml(tells_no_power);
  joulecast::testing::FakeTree tree;
  tree.add("== firmware/devicetree/base/compatible\nnvidia,p3737-0000+p3701-0005 nvidia,tegra234\n");
  nvml.fake.environment.roots.sys = tree.root();
  const auto error = sensor_type("nvml").open(nvml.fake.environment).error();
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.message, HasSubstr("jetson"));
}

TEST(Nvml, NoDriverNoGpuNoLibrary) {
  FakeNvml nvml("driver missing\n");
  EXPECT_THAT(sensor_type("nvml").open(nvml.fake.environment).error().message,
              HasSubstr("Driver Not Loaded"));
  FakeNvml empty("# nothing\n");
  EXPECT_THAT(sensor_type("nvml").open(empty.fake.environment).error().message, HasSubstr("lists no GPU"));
  Fake none;
  const auto finding = sensor_type("nvml").probe(none.environment);
  EXPECT_FALSE(finding.usable);
  EXPECT_EQ(finding.fix, "") << "no board: nothing would help";
}

TEST(Nvml, ProposesTheDriverWhereABoardIsThere) {
  joulecast::testing::FakeTree tree;
  tree.add("== bus/pci/devices/0000:01:00.0/vendor\n0x10de\n");
  Fake fake(tree.root());
  EXPECT_EQ(sensor_type("nvml").probe(fake.environment).fix, "sudo apt install nvidia-driver");
}

TEST(Nvml, CorrectsTheBoardWhoseGainWasMeasured) {
  const joulecast::testing::TemporaryDirectory folder;
  const auto file = folder.path() / "gains.csv";
  ASSERT_TRUE(hardware::put_board_gain(file, {"GPU-a", "", 1.05, 0.012, "2026-01-02"}));
  ::setenv("JOULECAST_BOARD_GAINS", file.c_str(), 1);
  FakeNvml nvml("gpu uuid=GPU-a arch=9\npower 0:200\ngpu uuid=GPU-b arch=9\npower 0:200\n");
  const auto sensor = nvml.open();
  ::unsetenv("JOULECAST_BOARD_GAINS");
  nvml.advance(5);
  EXPECT_NEAR(gauge(*sensor, "gpu0_power"), 210, 0.1);
  EXPECT_NEAR(gauge(*sensor, "gpu1_power"), 200, 0.1);
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu0_energy").resolution, 1.05e-3);
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu0_energy").relative_uncertainty, 0.012);
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu1_energy").relative_uncertainty, 0.1);
  EXPECT_THAT(channel(*sensor, "gpu0_energy").note, HasSubstr("times 1.05, measured against a meter"));
}

TEST(Nvml, TakesOffTheLagWhereItWasMeasuredAndSaysSo) {
  FakeNvml nvml("gpu name=RTX_3090 arch=7\npower 0:200\ngpu name=NVIDIA_H100 arch=9\npower 0:200\n");
  const auto sensor = nvml.open();
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu0_power").lag.value(), 0.55);
  EXPECT_THAT(channel(*sensor, "gpu0_power").note, HasSubstr("moved back by 0.55 s"));
  EXPECT_DOUBLE_EQ(channel(*sensor, "gpu1_power").lag.value(), 0) << "nobody has measured it there";
}

TEST(PowerSampling, IsTheDriversBehaviourByArchitecture) {
  EXPECT_DOUBLE_EQ(power_sampling(nvml::volta, "Tesla V100", PowerSource::usage).period.value(), 0.02);
  EXPECT_DOUBLE_EQ(power_sampling(nvml::ampere, "NVIDIA A100-SXM4-80GB", PowerSource::usage).window.value(),
                   0.025);
  EXPECT_DOUBLE_EQ(power_sampling(nvml::ampere, "NVIDIA RTX A6000", PowerSource::usage).window.value(), 1);
  EXPECT_DOUBLE_EQ(power_sampling(nvml::ampere, "NVIDIA RTX A1000", PowerSource::usage).window.value(), 1);
  EXPECT_DOUBLE_EQ(power_sampling(nvml::hopper, "NVIDIA H100", PowerSource::usage).window.value(), 1);
}

}  // namespace
}  // namespace joulecast::sensors
