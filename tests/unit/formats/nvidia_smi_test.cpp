#include <gmock/gmock.h>

#include <filesystem>

#include "formats/importer.hpp"
#include "formats/run_bundle.hpp"
#include "support/shared_data.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using trace::Span;

struct Imported {
  ImportReport report;
  trace::Run run;
  [[nodiscard]] const trace::Trace& operator[](const std::string& name) const {
    for (const auto& trace : run.traces)
      if (trace.channel.name == name) return trace;
    ADD_FAILURE() << "no channel " << name;
    static const trace::Trace none;
    return none;
  }
};

Imported import_text(const std::string& text, const ImportOptions& options = {}) {
  trace::RunCollector collector;
  auto report = import_lines(LineReader("log.csv", text), options, collector);
  EXPECT_TRUE(report) << to_string(report.error());
  if (!report) return {};
  EXPECT_EQ(report->kind, "nvidia-smi");
  EXPECT_THAT(collector.runs(), SizeIs(1));
  for (const auto& trace : collector.runs()[0].traces) EXPECT_TRUE(trace::check(trace));
  return {std::move(*report), std::move(collector.runs()[0])};
}

Error import_error(const std::string& text, const ImportOptions& options = {}) {
  trace::RunCollector collector;
  const auto report = import_lines(LineReader("log.csv", text), options, collector);
  EXPECT_FALSE(report);
  return report ? Error{} : report.error();
}

Span span(double begin, double end) {
  return {Seconds{begin}, Seconds{end}};
}

/// Rows of power and instant power, this many milliseconds apart; `boards` at each time, 1 ms apart.
std::string with_instant(int step_ms, int boards = 1) {
  std::string text = boards == 1 ? "timestamp, power.draw [W], power.draw.instant [W]\n"
                                 : "timestamp, index, power.draw [W], power.draw.instant [W]\n";
  for (int i = 0; i < 30; ++i)
    for (int board = 0; board < boards; ++board) {
      const int ms = i * step_ms + board;
      text += fmt::format("2023/07/08 19:27:{:02}.{:03},{} 100.0, 90.0\n", ms / 1000, ms % 1000,
                          boards == 1 ? "" : fmt::format(" {},", board));
    }
  return text;
}

TEST(NvidiaSmi, TakesTheInstantPowerOfALogThatIsDenseEnough) {
  EXPECT_THAT(import_text(with_instant(100))["gpu0_power"].values.front(), 90);
  EXPECT_THAT(import_text(with_instant(1000))["gpu0_power"].values.front(), 100);
  EXPECT_THAT(import_text(with_instant(1000, 8))["gpu7_power"].values.front(), 100);
}

TEST(NvidiaSmi, ReadsItsOwnHeaderWithUnits) {
  const auto imported = import_text(
      "timestamp, name, utilization.gpu [%], utilization.memory [%], memory.total [MiB], memory.used [MiB], "
      "power.draw [W], power.max_limit [W], temperature.gpu, clocks.current.sm [MHz], fan.speed [%]\n"
      "2023/02/20 11:40:30.788, NVIDIA GeForce RTX 3070, 7 %, 40 %, 8192 MiB, 512 MiB, 22.35 W, 240.00 W, "
      "40, 1410 MHz, 30 %\n"
      "2023/02/20 11:40:31.792, NVIDIA GeForce RTX 3070, 37 %, 0 %, 8192 MiB, 513 MiB, 122.81 W, 240.00 W, "
      "41, 1500 MHz, 30 %\n");
  const auto& power = imported["gpu0_power"];
  EXPECT_THAT(power.times, ElementsAre(0, 1.004));
  EXPECT_THAT(power.values, ElementsAre(22.35, 122.81));
  EXPECT_EQ(power.channel.component, trace::Component::gpu);
  EXPECT_EQ(power.channel.device, "0");
  EXPECT_THAT(imported["gpu0_utilisation"].values, ElementsAre(0.07, 0.37));
  EXPECT_THAT(imported["gpu0_memory_utilisation"].values, ElementsAre(0.4, 0));
  EXPECT_THAT(imported["gpu0_memory"].values, ElementsAre(512.0 * 1048576, 513.0 * 1048576));
  EXPECT_THAT(imported["gpu0_temperature"].values, ElementsAre(40, 41));
  EXPECT_THAT(imported["gpu0_clock"].values, ElementsAre(1.41e9, 1.5e9));
  EXPECT_EQ(imported.run.info.training.gpu, "NVIDIA GeForce RTX 3070");
  EXPECT_EQ(imported.run.info.training.gpu_count, 1);
  EXPECT_EQ(imported.run.info.training.gpu_memory_mib, 8192);
  EXPECT_EQ(imported.run.info.training.gpu_power_limit_w, 240);
  EXPECT_EQ(imported.run.info.id, "log-20230220T114030");
  EXPECT_EQ(imported.run.started,
            (WallTime{1'676'893'230'788'000'000}));  // date -u -d '2023-02-20 11:40:30.788' +%s%N
  EXPECT_EQ(imported.run.span, span(0, 1.004));
  EXPECT_THAT(imported.report.left, ElementsAre("fan.speed [%]: not used"));
  ASSERT_THAT(imported.report.runs, SizeIs(1));
  EXPECT_EQ(imported.report.runs[0].samples, 2u);
  EXPECT_EQ(imported.report.runs[0].readings, 12u);
  EXPECT_EQ(imported.report.skipped_lines, 0u);
}

TEST(NvidiaSmi, ReadsTheOtherHeaderAndDateStyle) {
  const auto imported = import_text(
      "timestamp,gpu_name,gpu_usage,gpu_memory_usage,gpu_total_memory,gpu_memory_used,gpu_power_draw,gpu_max_"
      "power,"
      "gpu_temperature\r\n"
      "2022-12-31 23:59:59.500,NVIDIA GeForce RTX 3090,1 %,2 %,24268 MiB,3 MiB,10.40 W,350.00 W,31\r\n"
      "2023-01-01 00:00:00.500,NVIDIA GeForce RTX 3090,1 %,2 %,24268 MiB,3 MiB,10.60 W,350.00 W,31\r\n");
  EXPECT_THAT(imported["gpu0_power"].times, ElementsAre(0, 1));
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(10.40, 10.60));
  EXPECT_EQ(imported.report.runs[0].readings, 10u);
}

TEST(NvidiaSmi, TakesAnyOrderAndSubsetAndNounits) {
  const auto imported = import_text(
      "power.draw [W], timestamp\n"
      "100.00, 2023/02/20 11:40:30.000\n"
      "200.00, 2023/02/20 11:40:32.000\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(100, 200));
  EXPECT_THAT(imported["gpu0_power"].times, ElementsAre(0, 2));
  EXPECT_NEAR(trace::energy_of(imported.run).total->value(), 300, 1e-9);
}

TEST(NvidiaSmi, OneOfSeveralPowersIsTakenAndOtherUnitsAreScaled) {
  const auto imported = import_text(
      "timestamp, power.draw.instant [W], power.draw [W], memory.used [MiB]\n"
      "2023/02/20 11:40:30.000, 999 W, 1.5 kW, 1 GiB\n"
      "2023/02/20 11:40:31.000, 999 W, 100 W, 2 MiB\n"
      "2023/02/20 11:40:32.000, 999 W, 50, 3\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(1500, 100, 50));
  EXPECT_THAT(imported["gpu0_memory"].values, ElementsAre(1073741824, 2097152, 3145728));
  EXPECT_THAT(imported.report.left, ElementsAre("power.draw.instant [W]: not used"));
}

TEST(NvidiaSmi, WhatTheDriverDoesNotSayIsAGapAndNeverZero) {
  const auto imported = import_text(
      "timestamp, power.draw [W], utilization.gpu [%], temperature.gpu\n"
      "2023/02/20 11:40:30.000, 100 W, [N/A], N/A\n"
      "2023/02/20 11:40:31.000, [Not Supported], [N/A], 30\n"
      "2023/02/20 11:40:32.000, ERR!, [N/A], [GPU requires reset]\n"
      "2023/02/20 11:40:33.000, 104 W, [N/A], 31\n"
      "2023/02/20 11:40:34.000, [Unknown Error], [N/A],\n");
  const auto& power = imported["gpu0_power"];
  EXPECT_THAT(power.times, ElementsAre(0, 3));
  EXPECT_THAT(power.values, ElementsAre(100, 104));
  EXPECT_THAT(power.gaps, ElementsAre(span(0, 3), span(3, 4)));
  EXPECT_TRUE(imported["gpu0_utilisation"].empty());
  EXPECT_THAT(imported["gpu0_temperature"].values, ElementsAre(30, 31));
  EXPECT_EQ(imported.report.skipped_lines, 0u);  // the lines are complete, but the driver had no values
  EXPECT_EQ(imported.report.runs[0].gaps, Seconds{4});
}

TEST(NvidiaSmi, GpusAreToldApartByIndexOrUuid) {
  const auto by_index = import_text(
      "timestamp, index, uuid, power.draw [W]\n"
      "2023/02/20 11:40:30.000, 2, GPU-a, 10 W\n"
      "2023/02/20 11:40:30.003, 5, GPU-b, 20 W\n"
      "2023/02/20 11:40:31.000, 5, GPU-b, 21 W\n"  // out of turn
      "2023/02/20 11:40:31.003, 2, GPU-a, 11 W\n"
      "2023/02/20 11:40:32.003, 2, GPU-a, 12 W\n");
  EXPECT_THAT(by_index["gpu2_power"].values, ElementsAre(10, 11, 12));
  EXPECT_THAT(by_index["gpu5_power"].values, ElementsAre(20, 21));
  EXPECT_THAT(by_index["gpu5_power"].times, ElementsAre(0.003, 1));
  EXPECT_EQ(by_index.run.info.training.gpu_count, 2);

  const auto by_uuid = import_text(
      "timestamp, uuid, power.draw [W]\n"
      "2023/02/20 11:40:30.000, GPU-aaaa, 10 W\n"
      "2023/02/20 11:40:30.003, GPU-bbbb, 20 W\n"
      "2023/02/20 11:40:31.000, GPU-aaaa, 11 W\n");
  EXPECT_THAT(by_uuid["gpu0_power"].values, ElementsAre(10, 11));
  EXPECT_EQ(by_uuid["gpu1_power"].channel.device, "GPU-bbbb");
}

TEST(NvidiaSmi, GpusTakeTurnsWhereNoColumnTellsThemApart) {
  std::string text = "timestamp, name, power.draw [W]\n";
  for (int second = 10; second < 50; ++second)
    for (int gpu = 0; gpu < 3; ++gpu) {
      if (second == 30 && gpu == 2) continue;  // a row is lost, and with it the round
      text += fmt::format("2023/02/20 11:40:{}.{:03}, NVIDIA H100, {} W\n", second, gpu * 4,
                          100 * (gpu + 1) + second);
    }
  const auto imported = import_text(text);
  ASSERT_THAT(imported.run.traces, SizeIs(3));
  EXPECT_EQ(imported["gpu0_power"].values[0], 110);
  EXPECT_EQ(imported["gpu2_power"].values[0], 310);
  for (const auto* name : {"gpu0_power", "gpu1_power", "gpu2_power"}) {
    const auto& trace = imported[name];
    ASSERT_EQ(trace.size(), 39u) << name;
    EXPECT_EQ(trace.values.back() - trace.values.front(), 39) << name;
    EXPECT_THAT(trace.gaps, SizeIs(1)) << name;
    EXPECT_NEAR(trace.gaps[0].length().value(), 2, 1e-9) << name;
  }
  EXPECT_EQ(imported.report.skipped_lines, 1u);
}

TEST(NvidiaSmi, WithoutAHeaderTheRowsTellWhatTheyHold) {
  const auto imported = import_text(
      "2023/02/20 11:40:30.788, NVIDIA GeForce RTX 3070, 7 %, 40 %, 8192 MiB, 512 MiB, 22.35 W, 240.00 W\n"
      "2023/02/20 11:40:31.792, NVIDIA GeForce RTX 3070, 37 %, 0 %, 8192 MiB, 512 MiB, 22.81 W, 240.00 W\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(22.35, 22.81));
  EXPECT_THAT(imported["gpu0_utilisation"].values, ElementsAre(0.07, 0.37));
  EXPECT_EQ(imported.run.info.training.gpu, "NVIDIA GeForce RTX 3070");
  // used, free or total memory is ambiguous, so it is not taken
  EXPECT_THAT(imported.run.traces, SizeIs(3));
}

TEST(NvidiaSmi, WithoutHeaderAndUnitsTheColumnsMustBeNamed) {
  const std::string text =
      "2023/02/20 11:40:30.000, 0, 22.35, 35\n"
      "2023/02/20 11:40:31.000, 0, 22.81, 36\n";
  const auto named =
      import_text(text, {.strict = true, .columns = {"timestamp", "index", "power.draw", "temperature.gpu"}});
  EXPECT_THAT(named["gpu0_power"].values, ElementsAre(22.35, 22.81));
  const auto error = import_error(text);
  EXPECT_EQ(error.kind, ErrorKind::malformed);
}

TEST(NvidiaSmi, SummerTimeCostsNothing) {
  std::string text = "timestamp, power.draw [W]\n";
  for (int i = 55; i < 60; ++i) text += fmt::format("2023/03/26 01:59:{}.500, 100 W\n", i);
  for (int i = 0; i < 5; ++i) text += fmt::format("2023/03/26 03:00:0{}.500, 100 W\n", i);
  const auto spring = import_text(text);
  EXPECT_THAT(spring["gpu0_power"].times, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(spring["gpu0_power"].gaps, IsEmpty());
  EXPECT_THAT(spring.run.notes, ::testing::Contains(HasSubstr("forward by an hour")));

  text = "timestamp, power.draw [W]\n";
  for (int i = 55; i < 60; ++i) text += fmt::format("2023/10/29 02:59:{}.500, 100 W\n", i);
  for (int i = 0; i < 5; ++i) text += fmt::format("2023/10/29 02:00:0{}.500, 100 W\n", i);
  const auto autumn = import_text(text);
  EXPECT_THAT(autumn["gpu0_power"].times, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(autumn["gpu0_power"].gaps, IsEmpty());
  EXPECT_THAT(autumn.run.notes, ::testing::Contains(HasSubstr("back by an hour")));
}

TEST(NvidiaSmi, AClockThatIsSetBackIsToldAndTimeGoesOn) {
  std::string text = "timestamp, power.draw [W]\n";
  for (int i = 10; i < 20; ++i) text += fmt::format("2023/06/01 12:00:{}.000, 100 W\n", i);
  for (int i = 10; i < 20; ++i) text += fmt::format("2023/06/01 11:50:{}.000, 100 W\n", i);
  const auto imported = import_text(text);
  const auto& power = imported["gpu0_power"];
  ASSERT_EQ(power.size(), 20u);
  EXPECT_THAT(power.gaps, ElementsAre(span(9, 10)));  // the real length is unknown
  EXPECT_EQ(power.times.back(), 19);
  EXPECT_THAT(imported.run.notes, ::testing::Contains(HasSubstr("set back by 610.000 s")));
}

TEST(NvidiaSmi, ALongSilenceIsAGap) {
  std::string text = "timestamp, power.draw [W]\n";
  for (int i = 10; i < 20; ++i) text += fmt::format("2023/06/01 12:00:{}.000, 100 W\n", i);
  for (int i = 40; i < 50; ++i) text += fmt::format("2023/06/01 12:00:{}.000, 100 W\n", i);
  const auto imported = import_text(text);
  EXPECT_THAT(imported["gpu0_power"].gaps, ElementsAre(span(9, 30)));
  EXPECT_EQ(imported.report.runs[0].gaps, Seconds{21});
}

constexpr auto damaged =
    "timestamp, power.draw [W], temperature.gpu\n"
    "2023/06/01 12:00:00.000, 100 W, 40\n"
    "2023/06/01 12:00:01.000, 1#0 W, 40\n"
    "Unable to determine the device handle for GPU 0000:0B:00.0: GPU is lost.\n"
    "2023/06/01 12:00:02.000, 100 W\n"
    "2023/13/01 12:00:02.000, 100 W, 40\n"
    "\n"
    "2023/06/01 12:00:03.000, 120 W, 41\n"
    "2023/06/01 12:00:04.000, 130 W, 4";

TEST(NvidiaSmi, DamageIsPassedOverWithTheGapTold) {
  const auto imported = import_text(damaged);
  EXPECT_THAT(imported["gpu0_power"].times, ElementsAre(0, 3));
  EXPECT_THAT(imported["gpu0_power"].gaps, ElementsAre(span(0, 3)));
  EXPECT_EQ(imported.report.skipped_lines, 5u);
  EXPECT_THAT(
      imported.report.faults,
      ElementsAre("log.csv:3: power.draw [W]: \"1#0 W\" is not a number of W",
                  HasSubstr("log.csv:4: \"Unable to determine"), "log.csv:5: not 3 cells as the columns say",
                  "log.csv:6: \"2023/13/01 12:00:02.000\" is not a date and time",
                  "log.csv:9: cut off: the file ends within this line"));
}

TEST(NvidiaSmi, StrictReadingEndsAtTheFirstFault) {
  const auto error = import_error(damaged, {.strict = true, .columns = {}});
  EXPECT_EQ(error.kind, ErrorKind::malformed);
  EXPECT_EQ(error.where, "log.csv:3");
}

TEST(NvidiaSmi, ALastLineWithoutItsEndIsTakenWhereItIsWhole) {
  const auto imported = import_text(
      "timestamp, temperature.gpu, power.draw [W]\n"
      "2023/06/01 12:00:00.000, 40, 100 W\n"
      "2023/06/01 12:00:01.000, 40, 110 W");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(100, 110));
  EXPECT_EQ(imported.report.skipped_lines, 0u);
}

TEST(NvidiaSmi, ALogThatWasAppendedToMayChangeItsColumns) {
  const auto imported = import_text(
      "timestamp, power.draw [W]\n"
      "2023/06/01 12:00:00.000, 100 W\n"
      "power.draw [W], timestamp\n"
      "110 W, 2023/06/01 12:00:01.000\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(100, 110));
}

TEST(NvidiaSmi, NothingOfADamagedLineOutlivesASecondHeader) {
  // The name refers to the parser of the first header, which is gone when the first whole row arrives.
  const auto imported = import_text(
      "timestamp, name, power.draw [W]\n"
      "2024/05/01 10:00:00.100, NVIDIA RTX 6000 Ada Generation, 5\xff W\n"
      "timestamp, power.draw [W]\n"
      "2024/05/01 10:00:01.100, 31.10 W\n"
      "2024/05/01 10:00:02.100, 32.10 W\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(31.1, 32.1));
  EXPECT_EQ(imported.run.info.training.gpu, "");
  EXPECT_EQ(imported.report.skipped_lines, 1u);
}

TEST(NvidiaSmi, WhatCannotBeUsedAtAllIsOneLine) {
  EXPECT_THAT(import_error("timestamp, power.draw [W]\n").message, HasSubstr("no readings"));
  EXPECT_THAT(import_error("timestamp, power.draw [W]\nx,y\n").message, HasSubstr("is not a date and time"));
  EXPECT_THAT(import_error("index, power.draw [W]\n0, 1 W\n").message, HasSubstr("--start"));
  EXPECT_THAT(import_error("timestamp, pstate, name\n").message,
              HasSubstr("no column that is known to be a power"));
  EXPECT_THAT(import_error("").message, HasSubstr("empty"));
  EXPECT_THAT(import_error("hello\nworld\n").message, HasSubstr("not a file that can be imported"));
  for (const auto* text : {"timestamp, power.draw [W]\n", "hello\n", ""})
    EXPECT_EQ(import_error(text).kind, ErrorKind::malformed);
}

// Another program made the bundle of the same run from the log, so it is an independent reference.
TEST(NvidiaSmi, AgreesWithTheBundlesOfTheSameRuns) {
  SKIP_WITHOUT_SHARED_DATA(root);
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "nvidia-smi")) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with("-gpu.csv")) continue;
    trace::RunCollector collector;
    const auto report = import_path(entry.path(), {.strict = true, .columns = {}}, collector);
    ASSERT_TRUE(report) << to_string(report.error());
    const auto bundle = read_run_bundle(root / "traces/seaa2023" / name.substr(0, name.size() - 8));
    if (!bundle) continue;
    const auto& imported = collector.runs().at(0);
    EXPECT_EQ(imported.info.training.gpu_power_limit_w, bundle->info.training.gpu_power_limit_w);
    for (const auto& trace : bundle->traces) {
      if (trace.channel.component != trace::Component::gpu) continue;
      const auto same = std::ranges::find(imported.traces, trace.channel.name,
                                          [](const auto& candidate) { return candidate.channel.name; });
      ASSERT_NE(same, imported.traces.end()) << trace.channel.name;
      EXPECT_EQ(same->values, trace.values) << name << trace.channel.name;
      ASSERT_EQ(same->times.size(), trace.times.size());
      for (std::size_t i = 0; i < trace.times.size(); ++i) ASSERT_NEAR(same->times[i], trace.times[i], 5e-4);
    }
    ++compared;
  }
  EXPECT_GE(compared, 1);
}

TEST(NvidiaSmi, RowsOfOneWholeSecondWithoutAnIndexAreRefused) {
  std::string text = "timestamp, power.draw [W]\n", exact = text;
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("2026/11/05 10:00:{:02}, 200.00 W\n", i / 4);
    exact += fmt::format("2026/11/05 10:00:{:02}.{}, 200.00 W\n", i / 4, 500 + i % 4);
  }
  EXPECT_THAT(import_error(text).message, HasSubstr("no column such as index"));
  EXPECT_THAT(import_text(exact)["gpu3_power"].values, SizeIs(10));
}

}  // namespace
}  // namespace joulecast::formats
