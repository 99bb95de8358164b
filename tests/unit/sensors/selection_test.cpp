#include "sensors/support/selection.hpp"

#include <gmock/gmock.h>

#include "unit/sensors/fake_nvml.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> opened(const SensorSelection& selection) {
  std::vector<std::string> names;
  for (const auto& [type, sensor] : selection.opened) names.emplace_back(type->name);
  return names;
}

std::string reason(const SensorSelection& selection, std::string_view name) {
  for (const auto& [type, error] : selection.refused)
    if (type->name == name) return to_string(error);
  return "";
}

FakeTree laptop() {
  auto tree = FakeTree::from_fixture("two_sockets.txt");
  tree.add(
      "== cpuinfo\nprocessor : 0\nmodel name : X\n== stat\ncpu  1 0 1 8\n"
      "== meminfo\nMemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n");
  return tree;
}

TEST(Selection, AMeterMakesItsModelSuperfluous) {
  const auto tree = laptop();
  Fake fake(tree.root());
  const auto selection = open_sensors(fake.environment, {}).value();
  EXPECT_THAT(opened(selection), Contains("powercap"));
  EXPECT_THAT(opened(selection), Contains("machine"));
  EXPECT_THAT(opened(selection), Not(Contains("modelled_cpu")));
  EXPECT_EQ(reason(selection, "modelled_cpu"), "not needed: powercap measures it");
  EXPECT_EQ(reason(selection, "modelled_dram"), "not needed: powercap measures it");
}

TEST(Selection, ModelsStandInForWhatNothingMeasures) {
  const auto tree = laptop();
  tree.remove("class/powercap/intel-rapl:0:1");
  tree.remove("class/powercap/intel-rapl:1:0");
  Fake fake(tree.root());
  EXPECT_THAT(opened(open_sensors(fake.environment, {}).value()), Contains("modelled_dram"));
  tree.remove("class/powercap");
  const auto selection = open_sensors(fake.environment, {}).value();
  EXPECT_THAT(opened(selection), Contains("modelled_cpu"));
  EXPECT_THAT(reason(selection, "powercap"), HasSubstr("no RAPL zone"));
}

TEST(Selection, PerfYieldsToPowercapUnlessItIsNamed) {
  auto tree = FakeTree::from_fixture("perf_rapl.txt");
  tree.add("== class/powercap/intel-rapl:0/energy_uj\n5\n");
  Fake fake(tree.root());
  fake.environment.perf_event_open = [](perf_event_attr*, int) { return ::dup(0); };
  fake.environment.read = [](int, void*, size_t size) { return static_cast<ssize_t>(size); };
  EXPECT_EQ(reason(open_sensors(fake.environment, {}).value(), "perf_rapl"),
            "not needed: powercap reads the same meter");
  const std::vector<std::string> names{"powercap", "perf_rapl"};
  EXPECT_THAT(opened(open_sensors(fake.environment, names).value()), Contains("perf_rapl"));
}

TEST(Selection, ADriverThatTakesLongIsLateAndHoldsNobodyUp) {
  FakeNvml nvml("gpu uuid=GPU-a\ndriver slow_ms=400\n");
  auto selection = open_sensors(nvml.fake.environment, {}, Seconds{0.02}).value();
  EXPECT_THAT(opened(selection), Not(Contains("nvml")));
  ASSERT_EQ(selection.late.size(), 1U);
  auto& late = selection.late.front();
  EXPECT_EQ(late.type().name, "nvml");
  EXPECT_EQ(late.take().error().kind, ErrorKind::retry);
  ASSERT_TRUE(late.wait(Seconds{10}));
  EXPECT_EQ(late.take().value()->channels().front().device, "GPU-a");
}

TEST(Selection, RefusesUnknownNamesAndDevices) {
  Fake fake;
  const std::vector<std::string> names{"rapl"};
  const auto error = open_sensors(fake.environment, names).error();
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(error.message, HasSubstr("powercap"));

  FakeNvml nvml("gpu uuid=GPU-a\n");
  nvml.fake.environment.gpus = {"GPU-zzz"};
  EXPECT_EQ(open_sensors(nvml.fake.environment, {}).error().kind, ErrorKind::invalid);
  nvml.fake.environment.gpus = {"GPU-a"};
  EXPECT_THAT(opened(open_sensors(nvml.fake.environment, {}).value()), Contains("nvml"));
}

}  // namespace
}  // namespace joulecast::sensors
