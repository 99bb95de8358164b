// Tables with a row for each value, JSON lines with --columns, and perf stat -j.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_text;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::int64_t begin_s = 1'762'336'800;

TEST(LongTable, AMetricAndItsValueInEachRow) {
  std::string text = "timestamp,metric,value\n";
  for (int i = 0; i < 60; ++i)
    text +=
        fmt::format("{0},gpu0_power_w,{1}\n{0},gpu1_power_w,100\n{0},gpu0_util,90\n", begin_s + i, 200 + i);
  const auto imported = import_text("log.csv", text);
  EXPECT_DOUBLE_EQ(imported.joules(), 59 * (229.5 + 100));
  EXPECT_EQ(imported["gpu0_power"].size(), 60U);
  EXPECT_DOUBLE_EQ(imported["gpu0_utilisation"].values[0], 0.9);
}

TEST(LongTable, AsMlflowWritesIt) {
  std::string text = "key,value,timestamp,step\n";
  for (const auto* key : {"system/gpu_0_power_usage_watts", "system/gpu_0_utilization_percentage"})
    for (int i = 0; i < 60; ++i)
      text += fmt::format("{},{},{},{}\n", key, key[13] == 'p' ? 200 : 90, (begin_s + i) * 1000, i);
  EXPECT_DOUBLE_EQ(import_text("mlflow.csv", text).joules(), 59 * 200);
}

TEST(LongTable, NamesInSeveralColumnsAndUnitsInOne) {
  std::string devices = "timestamp,device,quantity,value\n", units = "timestamp,metric,value,unit\n";
  for (int i = 0; i < 60; ++i) {
    devices += fmt::format("{0},gpu0,power_w,200\n{0},gpu0,util,90\n", begin_s + i);
    units += fmt::format("{0},power,200,W\n{0},temperature,60,C\n", begin_s + i);
  }
  EXPECT_DOUBLE_EQ(import_text("log.csv", devices).joules(), 59 * 200);
  EXPECT_DOUBLE_EQ(import_text("log.csv", units).joules(), 59 * 200);
}

TEST(LongTable, DevicesMayBeNumbersInAColumn) {
  std::string dcgm = "timestamp,__name__,gpu,value\n", influx = "_time,_field,_value,host\n";
  for (int i = 0; i < 60; ++i) {
    for (const int gpu : {0, 1})
      dcgm += fmt::format("{0},DCGM_FI_DEV_POWER_USAGE,{1},{2}\n{0},DCGM_FI_DEV_GPU_UTIL,{1},90\n",
                          begin_s + i, gpu, 200 + 100 * gpu);
    influx += fmt::format("{0},power_draw_w,200,a\n{0},power_draw_w,300,b\n", begin_s + i);
  }
  EXPECT_DOUBLE_EQ(import_text("dcgm.csv", dcgm).joules(), 59 * 500);
  EXPECT_DOUBLE_EQ(import_text("influx.csv", influx).joules(), 59 * 500);
}

TEST(LongTable, FaultsHaveTheirLines) {
  std::string text = "timestamp,metric,value\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{0},gpu0_power_w,{1}\n{0},gpu0_util,90\n", begin_s + i, i == 30 ? "broken" : "200");
  const auto imported = import_text("log.csv", text);
  EXPECT_THAT(imported.report.faults, Contains(HasSubstr("log.csv:62:")));
}

TEST(LongTable, AQuantityThatIsNoPowerIsNoDevice) {
  std::string text = "timestamp,metric,value\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{0},gpu0_power,200\n{0},gpu0_util,90\n{0},gpu0_temp,60\n", begin_s + i);
  for (const char* device : {"device=metric", "device=timestamp"}) {
    ImportOptions options;
    options.columns = {"time=timestamp", "power_w=value"};
    if (std::string_view(device) == "device=metric") options.columns.emplace_back(device);
    EXPECT_DOUBLE_EQ(import_text("log.csv", text, options).joules(), 59 * 200) << device;
  }
}

TEST(JsonColumns, AreNamedAsInTheirLines) {
  std::string flat, nested;
  for (int i = 0; i < 60; ++i) {
    flat += fmt::format("{{\"ts\":{},\"power\":200}}\n", begin_s + i);
    nested += fmt::format(
        "{{\"fields\":{{\"power_draw\":200}},\"tags\":{{\"index\":\"0\"}},\"timestamp\":{0}}}\n"
        "{{\"fields\":{{\"power_draw\":100}},\"tags\":{{\"index\":\"1\"}},\"timestamp\":{0}}}\n",
        begin_s + i);
  }
  ImportOptions options;
  options.columns = {"time=ts", "power_w=power"};
  EXPECT_DOUBLE_EQ(import_text("log.jsonl", flat, options).joules(), 59 * 200);
  options.columns = {"time=timestamp", "power_w=fields.power_draw", "device=tags.index"};
  EXPECT_DOUBLE_EQ(import_text("log.jsonl", nested, options).joules(), 59 * 300);
}

TEST(PerfStat, JsonOfEachInterval) {
  std::string text;
  for (int i = 1; i <= 60; ++i)
    text += fmt::format(
        "{{\"interval\" : {}.000104, \"counter-value\" : \"{}.500000\", \"unit\" : \"Joules\", "
        "\"event\" : \"power/energy-pkg/\", \"event-runtime\" : 1}}\n",
        i, 200 + i);
  ImportOptions options;
  options.start = WallTime{begin_s * 1'000'000'000};
  EXPECT_NEAR(import_text("perf.json", text, options).joules(), 60 * 231.0, 1e-6);
}

TEST(LostGpu, TheLogLastsUntilItsLastTry) {
  std::string text = "timestamp, index, power.draw [W]\n";
  for (int i = 0; i < 120; ++i)
    text += fmt::format("2026/11/05 10:{:02}:{:02}.000, 0, {}\n", i / 60, i % 60,
                        i < 60 ? "200.00 W" : "[GPU is lost]");
  const auto imported = import_text("gpu.csv", text);
  EXPECT_DOUBLE_EQ(imported.run().span.length().value(), 119);
  EXPECT_DOUBLE_EQ(imported.joules(), 200 * 59);
  EXPECT_DOUBLE_EQ(trace::energy_of(imported.run()).not_measured.value_or(Seconds{0}).value(), 60);
}

}  // namespace
}  // namespace joulecast::formats
