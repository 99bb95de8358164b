// Values that no measurement gives are gaps that are told, in every kind of log.
#include <gmock/gmock.h>

#include "formats/run_bundle.hpp"
#include "support/imported.hpp"
#include "support/temporary_directory.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using joulecast::testing::span;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A log of nvidia-smi at 200 W, with another power in second 3.
std::string log_with(const std::string& power, const std::string& limit = "") {
  std::string text =
      "timestamp, name, power.draw [W]" + std::string(limit.empty() ? "" : ", power.limit [W]") + "\n";
  for (int i = 0; i < 7; ++i)
    text += fmt::format("2024/03/05 10:00:0{}.000, NVIDIA A100-SXM4-40GB, {} W{}\n", i,
                        i == 3 ? power : "200.00", limit.empty() ? "" : ", " + limit + " W");
  return text;
}

TEST(Doubts, APowerThatCannotBeIsAGapThatIsTold) {
  for (const auto* power : {"4294967.29", "-3.00", "0.00", "3001.00"}) {
    const auto imported = import_text("gpu.csv", log_with(power));
    EXPECT_THAT(imported["gpu0_power"].values, SizeIs(6)) << power;
    EXPECT_THAT(imported["gpu0_power"].gaps, ElementsAre(span(2, 4))) << power;
    EXPECT_NEAR(imported.joules(), 1200, 1e-9);  // 6 s at 200 W
    EXPECT_EQ(imported.report.doubted_values, 1u);
    EXPECT_EQ(imported.report.skipped_lines, 0u);
    EXPECT_THAT(imported.report.faults, ElementsAre(HasSubstr("gpu.csv:5: gpu0_power: "))) << power;
    EXPECT_THAT(imported.run().notes, Contains("gpu0_power: 1 values that cannot be were left out as gaps"));
    EXPECT_EQ(import_error("gpu.csv", log_with(power), {.strict = true, .columns = {}}).where, "gpu.csv:5");
  }
}

TEST(Doubts, TheBoardsOwnLimitBoundsItsPower) {
  EXPECT_EQ(import_text("gpu.csv", log_with("1300.00", "400.00")).report.doubted_values, 1u);
  EXPECT_EQ(import_text("gpu.csv", log_with("1100.00", "400.00")).report.doubted_values, 0u);
  // A limit that cannot be itself bounds nothing.
  EXPECT_EQ(import_text("gpu.csv", log_with("5000.00", "4294967.29")).report.doubted_values, 1u);
}

TEST(Doubts, ALimitThatWasRaisedDuringTheLogCounts) {
  const auto imported = import_text("gpu.csv",
                                    "timestamp, power.draw [W], power.limit [W]\n"
                                    "2024/03/05 10:00:00.000, 90 W, 100 W\n"
                                    "2024/03/05 10:00:01.000, 390 W, 400 W\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(90, 390));
}

TEST(Doubts, ABoardThatSaysNothingButZeroHasNoPower) {
  std::string text = "timestamp, power.draw [W], utilization.gpu [%]\n";
  for (int i = 10; i < 40; ++i) text += fmt::format("2024/03/05 10:00:{}.000, 0.00 W, 97 %\n", i);
  const auto imported = import_text("gpu.csv", text);
  EXPECT_THAT(imported["gpu0_power"].values, IsEmpty());
  EXPECT_EQ(trace::energy_of(imported.run()).total, std::nullopt);
  EXPECT_EQ(imported.report.doubted_values, 30u);
  EXPECT_THAT(imported.report.faults, SizeIs(20));  // the first few
}

TEST(Doubts, EveryKindHasThem) {
  const std::pair<const char*, std::string> logs[] = {
      {"csv", "time,gpu_power_w\n2026-11-05 10:00:00,200\n2026-11-05 10:00:10,-1\n2026-11-05 10:00:20,200\n"},
      {"amd-smi", "timestamp,gpu,socket_power\n1789515524,0,288\n1789515525,0,65535\n1789515526,0,288\n"},
      {"turbostat", "Time_Of_Day_Seconds\tPkgWatt\n1793872800\t90\n1793872801\t99999\n1793872802\t90\n"},
      {"nvidia-smi-dmon",
       "#Date Time gpu pwr\n#YYYYMMDD HH:MM:SS Idx W\n20261105 10:00:00 0 200\n20261105 10:00:01 0 0\n"},
      {"wandb-events",
       "{\"system.gpu.0.powerWatts\": 0.0, \"_timestamp\": 1793872800}\n"
       "{\"system.gpu.0.powerWatts\": 90.0, \"_timestamp\": 1793872810}\n"},
      {"mllog",
       ":::MLLOG {\"key\": \"power_reading\", \"value\": -5, \"time_ms\": 1000, \"metadata\": {}}\n"
       ":::MLLOG {\"key\": \"power_reading\", \"value\": 5000, \"time_ms\": 2000, \"metadata\": {}}\n"},
      {"codecarbon",
       "run_id,duration,emissions,cpu_energy,gpu_energy,energy_consumed\n"
       "a,10,0.1,0.001,-0.5,0.1\nb,10,0.1,0.001,1000,1000\n"},
      {"process-csv",
       "timestamp,cpu usage (%),memory usage (MB)\n2022-12-07T01:58:34,-5,1\n2022-12-07T01:58:35,5,1\n"},
  };
  for (const auto& [kind, text] : logs) {
    const auto imported = import_text("log", text);
    EXPECT_EQ(imported.report.kind, kind);
    EXPECT_EQ(imported.report.doubted_values, kind == std::string("codecarbon") ? 2u : 1u) << kind;
  }
}

TEST(Doubts, BundlesHaveThemToo) {
  const testing::TemporaryDirectory folder;
  folder.write("run.json", R"({"id": "one", "gpu": "A100", "power_limit_w": 400})");
  folder.write("power.csv", "time_s,gpu0_w\n0,200\n10,4294967.29\n20,200\n30,0\n40,200\n");
  trace::RunCollector collector;
  const auto report = import_path(folder.path(), {}, collector);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->doubted_values, 2u);
  EXPECT_THAT(collector.runs().at(0).traces.at(0).gaps, ElementsAre(span(0, 20), span(20, 40)));
  EXPECT_NEAR(trace::energy_of(collector.runs().at(0)).total->value(), 8000, 1e-9);
  EXPECT_FALSE(import_path(folder.path(), {.strict = true, .columns = {}}, collector));
  EXPECT_TRUE(read_run_bundle(folder.path()));  // evaluations take the run, with its gaps
}

TEST(Plausible, IsTheSameRuleAsForWhatIsMeasuredNow) {
  trace::Channel channel;
  channel.plausible_maximum = Watts{100};
  EXPECT_TRUE(trace::can_be(channel, 100));
  EXPECT_FALSE(trace::can_be(channel, 100.1));
  EXPECT_FALSE(trace::can_be(channel, -0.1));
  EXPECT_FALSE(trace::can_be(channel, std::numeric_limits<double>::quiet_NaN()));
  channel.quantity = trace::Quantity::temperature;
  EXPECT_TRUE(trace::can_be(channel, -40));
  EXPECT_EQ(trace::most_of(trace::Component::gpu, Watts{400}), Watts{1200});
}

// Order in time.

TEST(Disorder, TwoRecordersInOneFileDoNotDouble) {
  std::string text = "timestamp, index, power.draw [W]\n";
  for (int i = 10; i < 50; ++i)
    text += fmt::format("2024/03/05 10:00:{0}.005, 0, 200 W\n2024/03/05 10:00:{0}.001, 0, 200 W\n", i);
  const auto imported = import_text("gpu.csv", text);
  EXPECT_NEAR(imported.joules(), 39 * 200, 1e-6);
  EXPECT_THAT(imported["gpu0_power"].gaps, IsEmpty());
  EXPECT_THAT(imported.run().notes, Contains(HasSubstr("40 rows are older")));
}

TEST(Disorder, AStepBackShorterThanAPeriodIsNoClockThatWasSet) {
  std::string text = "timestamp, power.draw [W]\n";
  for (int i = 10; i < 20; ++i) text += fmt::format("2024/03/05 10:00:{}.000, 200 W\n", i);
  text += "2024/03/05 10:00:18.500, 200 W\n";
  for (int i = 20; i < 30; ++i) text += fmt::format("2024/03/05 10:00:{}.000, 200 W\n", i);
  EXPECT_NEAR(import_text("gpu.csv", text).joules(), 19 * 200, 1e-6);
}

/// 11 rows of 200 W below such a heading, with another power in one of them.
std::string plain_log_with(const std::string& heading, int row, double watts) {
  auto text = "timestamp," + heading + "\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("2026-11-05 10:00:{:02},{}\n", i, i == row ? watts : 200);
  return text;
}

TEST(Spikes, OneReadingThatNoBoardGivesIsAGapThatIsTold) {
  for (const char* heading : {"power_w", "gpu0_power_w", "gpu_power_w"})
    for (const int row : {1, 5, 9}) {
      const auto imported = import_text("log.csv", plain_log_with(heading, row, 2900));
      EXPECT_DOUBLE_EQ(imported.joules(), 2000) << heading << row;
      EXPECT_EQ(imported.report.doubted_values, 1u);
      EXPECT_THAT(imported.report.faults, ElementsAre(HasSubstr("2900 W in a single reading")));
      EXPECT_DOUBLE_EQ(imported.report.runs.at(0).gaps.value(), 2);
    }
}

TEST(Spikes, AtTheEndsToo) {
  for (const int row : {0, 10})
    EXPECT_NEAR(import_text("log.csv", plain_log_with("power_w", row, 40'000)).joules(), 1900, 101) << row;
}

TEST(Spikes, AreRefusedWhereReadingIsStrict) {
  ImportOptions strict;
  strict.strict = true;
  EXPECT_THAT(import_error("log.csv", plain_log_with("power_w", 5, 40'000), strict).message,
              HasSubstr("single reading"));
}

TEST(Spikes, ALoadIsNone) {
  std::string waking = "timestamp,node_power_w\n";
  for (int i = 0; i < 40; ++i)
    waking += fmt::format("2026-11-05 10:00:{:02},{}\n", i, i % 10 == 5 ? 9000 : i % 10 > 5 ? 8000 : 1200);
  EXPECT_EQ(import_text("log.csv", waking).report.doubted_values, 0u);
  EXPECT_EQ(import_text("log.csv", plain_log_with("power_w", 5, 1400)).report.doubted_values, 0u);
  EXPECT_EQ(import_text("log.csv", plain_log_with("node_power_w", 5, 1900)).report.doubted_values, 0u);
}

}  // namespace
}  // namespace joulecast::formats
