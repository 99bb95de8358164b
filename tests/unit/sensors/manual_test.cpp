// docs/sensors.md is generated from the sensors' descriptions. After a change of a description:
//   JOULECAST_REFRESH=1 build/dev/tests/unit_sensors --gtest_filter='SensorManual.*'
#include <gmock/gmock.h>

#include <cstdlib>

#include "base/files.hpp"
#include "unit/sensors/fake_nvml.hpp"

namespace joulecast::sensors {
namespace {
using joulecast::testing::FakeTree;

std::string_view name_of(Lane lane) {
  switch (lane) {
    case Lane::fast:
      return "fast";
    case Lane::gpu:
      return "gpu";
    case Lane::slow:
      break;
  }
  return "slow";
}

std::string period_text(Seconds period) {
  const double seconds = period.value();
  return seconds < 1 ? fmt::format("{:g} ms", 1e3 * seconds) : fmt::format("{:g} s", seconds);
}

std::string updates_of(const ChannelDescription& channel) {
  if (channel.update_period <= Seconds{0}) return "not known";
  if (channel.longest_update_period <= Seconds{0}) return period_text(channel.update_period);
  return fmt::format("{} to {}", period_text(channel.update_period),
                     period_text(channel.longest_update_period));
}

std::string provenance_of(const SensorType& type) {
  return std::string(joulecast::name_of(type.stands_in_for ? Provenance::modelled : Provenance::measured));
}

std::string section(const SensorType& type) {
  auto text = fmt::format("\n## {}\n{}.\n\n- Needs: {}.\n- Pitfalls: {}.\n", type.name, type.description,
                          type.needs, type.pitfalls);
  if (!type.yields_to.empty())
    text += fmt::format("- Left out where `{}` opened: both read the same meter.\n", type.yields_to);
  if (type.stands_in_for)
    text += fmt::format("- Left out where a meter of the {} opened.\n", trace::name_of(*type.stands_in_for));
  if (type.channels.empty()) return text + "- Channels: those of the recording.\n";
  text +=
      "\n| channel | quantity | unit | component | new value every | provenance "
      "|\n|---|---|---|---|---|---|\n";
  for (const auto& channel : type.channels)
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", channel.name, trace::name_of(channel.quantity),
                        trace::unit_of(channel.quantity), trace::name_of(channel.component),
                        updates_of(channel), provenance_of(type));
  return text;
}

std::string manual() {
  std::string text =
      "# Sensors\n\n"
      "Made from the sources in `src/sensors` (`tests/unit/sensors/manual_test.cpp` says how to renew it); "
      "[adding-a-sensor.md](adding-a-sensor.md)\nsays what the columns mean. `joulecast sensors` shows what "
      "this "
      "machine has, `joulecast doctor` why the rest is not used.\n\n"
      "| sensor | measures | read at most every | lane |\n|---|---|---|---|\n";
  for (const auto* type : all_sensors())
    text += fmt::format("| [{0}](#{0}) | {1} | {2} | {3} |\n", type->name, type->description,
                        period_text(type->shortest_interval), name_of(type->lane));
  for (const auto* type : all_sensors()) text += section(*type);
  return text;
}

TEST(SensorManual, IsUpToDate) {
  const std::string file = JOULECAST_SOURCE "/docs/sensors.md";
  const bool refresh = std::getenv("JOULECAST_REFRESH") != nullptr;
  if (refresh && !write_file(file, manual())) FAIL() << file << " cannot be written";
  const auto text = read_file(file);
  ASSERT_TRUE(text) << to_string(text.error());
  EXPECT_EQ(*text, manual()) << "JOULECAST_REFRESH=1 writes it anew";
}

TEST(SensorManual, DescribesEverySensor) {
  for (const auto* type : all_sensors()) {
    EXPECT_FALSE(type->needs.empty()) << type->name;
    EXPECT_FALSE(type->pitfalls.empty()) << type->name;
    EXPECT_EQ(type->channels.empty(), type->name == "replay") << type->name;
  }
}

/// The channels that open on these fakes must be among the described ones. The tests of perf_rapl, ipmi and
/// rocm check theirs.
TEST(SensorManual, DescribesTheChannelsThatOpen) {
  const std::pair<const char*, std::vector<const char*>> machines[] = {
      {"two_sockets.txt", {"powercap"}},
      {"dies.txt", {"powercap"}},
      {"amd_gpus.txt", {"amd_hwmon", "intel_gpu"}},
      {"cray.txt", {"cray"}},
      {"grace_hopper.txt", {"hwmon_power"}},
      {"server_meters.txt", {"hwmon_power"}},
      {"jetson_orin.txt", {"jetson"}},
      {"jetson_tx2.txt", {"jetson"}}};
  for (const auto& [fixture, names] : machines)
    for (const auto* name : names) {
      const auto tree = FakeTree::from_fixture(fixture);
      Fake fake(tree.root());
      expect_described(sensor_type(name), *sensor_type(name).open(fake.environment).value());
    }
  auto here = real_environment();
  here.pid = ::getpid();
  for (const auto* name : {"machine", "modelled_cpu", "modelled_dram", "process_tree"})
    expect_described(sensor_type(name), *sensor_type(name).open(here).value());
  FakeNvml nvml("gpu uuid=GPU-1 arch=9\npower 0:100\ngpu uuid=GPU-2 arch=2\npower 0:100\n");
  expect_described(sensor_type("nvml"), *nvml.open());
}

}  // namespace
}  // namespace joulecast::sensors
