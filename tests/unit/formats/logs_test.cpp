// Every kind of log, by the fixtures of tests/fixtures/imports; the energies are computed by hand.
#include <gmock/gmock.h>

#include "base/files.hpp"
#include "formats/support/log_time.hpp"
#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using joulecast::testing::Imported;
using joulecast::testing::span;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using trace::Component;

std::string fixture(const std::string& name) {
  return read_file(std::string(JOULECAST_FIXTURES "/imports/") + name).value();
}

ImportOptions options(std::string_view start = "", double period_s = 0) {
  ImportOptions options;
  if (!start.empty()) options.start = WallTime{parse_start(start)->us * 1000};
  if (period_s > 0) options.period = Seconds{period_s};
  return options;
}

Imported import_fixture(const std::string& name, const ImportOptions& options = {}) {
  return import_text(name, fixture(name), options);
}

struct LogCase {
  const char* file;
  const char* kind;
  double joules;
  const char* start = "";
  double period_s = 0;
};

class Logs : public ::testing::TestWithParam<LogCase> {};

TEST_P(Logs, HaveTheirKindAndEnergy) {
  const auto& expected = GetParam();
  const auto imported = import_fixture(expected.file, options(expected.start, expected.period_s));
  EXPECT_EQ(imported.report.kind, expected.kind);
  EXPECT_EQ(imported.report.skipped_lines, 0u);
  ASSERT_THAT(imported.runs, SizeIs(1));
  EXPECT_NEAR(imported.joules(), expected.joules, 1e-6 * expected.joules);
}

INSTANTIATE_TEST_SUITE_P(
    Fixtures, Logs,
    ::testing::Values(
        // GPU 0: 288 W for 10 s; GPU 1 has no reading
        LogCase{"amd_smi.csv", "amd-smi", 2880},
        // (33.5 + 33) s of 100 + 50 W on the GPUs, 33.5 s of 10 W on the CPU
        LogCase{"carbontracker.log", "carbontracker", 66.5 * 150 + 335},
        // GPU 0: 100 W from second 1 to 2; GPU 1: 200.5 W from 0 to 2
        LogCase{"dcgmi_dmon.log", "dcgmi-dmon", 501, "2026-11-05", 1},
        // 200 W and 100 W for 20 s; the missing reading between two of 100 W changes nothing
        LogCase{"nvidia_smi_dmon.log", "nvidia-smi-dmon", 6000},
        LogCase{"nvidia_smi_dmon_bare.log", "nvidia-smi-dmon", 3000, "2026-11-05", 10},
        // 200 W and 100 W for 10 s
        LogCase{"nvidia_smi_q.log", "nvidia-smi-q", 3000},
        // 52 W and 48 W for 10 s
        LogCase{"nvidia_smi_table.log", "nvidia-smi-table", 1000},
        // 200 W and 100 W for 10 s, in three ways
        LogCase{"own_loop.csv", "csv", 3000}, LogCase{"timed_blocks.log", "timed-blocks", 3000},
        LogCase{"timed_blocks_bare.log", "timed-blocks", 3000},
        // package 30.03 + 30 J, memory 5 + 5 J; the cores are in the package
        LogCase{"perf_stat_interval.log", "perf-stat", 70.03},
        LogCase{"perf_stat_sockets.csv", "perf-stat", 100, "2026-11-05T10:00:00"},
        LogCase{"perf_stat_total.txt", "perf-stat", 1334.56}, LogCase{"rocm_smi.csv", "rocm-smi", 1500},
        LogCase{"rocm_smi_bare.csv", "rocm-smi", 1000, "2026-11-05T10:00:00", 10},
        // 3 + 1 + 4 W for 10 s; the memory's 0.5 W come from the 5 V rail
        LogCase{"tegrastats.log", "tegrastats", 80},
        // the input's 9 W for 10 s hold the other rails
        LogCase{"tegrastats_old.log", "tegrastats", 90, "2026-11-05", 10},
        // 90 + 10 W for 10 s: cores and the whole platform are not added
        LogCase{"turbostat.log", "turbostat", 1000},
        LogCase{"turbostat_cpus.log", "turbostat", 1000, "2026-11-05", 10},
        // 200 W and 100 W for 10 s; the process has no power of its own
        LogCase{"wandb_events.jsonl", "wandb-events", 3000},
        // two epochs of 1000 + 500 J; the steps are in the first
        LogCase{"zeus.csv", "zeus", 3000}),
    [](const auto& log) {
      std::string name(log.param.file);
      std::ranges::replace(name, '.', '_');
      return name;
    });

TEST(Logs, WithoutADateOrARateNameTheOptionThatSuppliesIt) {
  const auto refused = [](const char* file, const ImportOptions& given = {}) {
    const auto error = import_error(file, fixture(file), given);
    EXPECT_EQ(error.kind, ErrorKind::malformed);
    return error.message;
  };
  for (const auto* file : {"dcgmi_dmon.log", "nvidia_smi_dmon_bare.log", "rocm_smi_bare.csv",
                           "tegrastats_old.log", "turbostat_cpus.log"}) {
    EXPECT_THAT(refused(file), HasSubstr("--start")) << file;
    EXPECT_THAT(refused(file, options("2026-11-05")), HasSubstr("--period")) << file;
  }
  EXPECT_THAT(refused("perf_stat_sockets.csv"), HasSubstr("--start"));
}

TEST(Logs, OfPerfWithoutTimesNeedTheirLength) {
  const std::string text = "893.33,Joules,power/energy-pkg/,20005559241,100.00,,\n";
  EXPECT_THAT(import_error("perf.csv", text).message, HasSubstr("--period"));
  EXPECT_NEAR(import_text("perf.csv", text, options("2026-11-05", 10)).joules(), 893.33, 1e-9);
}

TEST(Logs, OfDmonHaveADeviceForEachGpu) {
  const auto imported = import_fixture("nvidia_smi_dmon.log");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(200, 200, 200));
  EXPECT_THAT(imported["gpu1_power"].gaps, ElementsAre(span(0, 20)));
  EXPECT_THAT(imported["gpu0_utilisation"].values, ElementsAre(0.97, 0.97, 0.97));
  EXPECT_THAT(imported["gpu0_clock"].values, ElementsAre(1.89e9, 1.89e9, 1.89e9));
  EXPECT_THAT(imported["gpu0_temperature"].values, ElementsAre(61, 61, 61));
  EXPECT_EQ(imported.run().info.id, "nvidia_smi_dmon-20261105T100000");
}

TEST(Logs, OfDmonWithTimesAloneGoOnAfterMidnight) {
  const std::string text =
      "#Time        gpu   pwr\n#HH:MM:SS    Idx     W\n 23:59:50      0   200\n 00:00:00      0   200\n";
  EXPECT_THAT(import_error("dmon.log", text).message, HasSubstr("--start"));
  const auto imported = import_text("dmon.log", text, options("2026-11-05"));
  EXPECT_THAT(imported["gpu0_power"].times, ElementsAre(0, 10));
  EXPECT_EQ(imported.run().started,
            (WallTime{1'793'923'190'000'000'000}));  // date -u -d '2026-11-05 23:59:50' +%s
}

TEST(Logs, OfTheQueryTakeNeitherModuleNorMemory) {
  const auto imported = import_fixture("nvidia_smi_q.log");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(200, 200));
  EXPECT_THAT(imported["gpu1_power"].values, ElementsAre(100, 100));  // only an instantaneous reading
  EXPECT_EQ(imported["gpu1_power"].channel.device, "00000000:0B:00.0");
  EXPECT_EQ(imported["gpu0_power"].channel.plausible_maximum, Watts{1200});
}

TEST(Logs, OfThePageWithAFrameNameTheBoard) {
  const auto imported = import_fixture("nvidia_smi_table.log");
  EXPECT_EQ(imported.run().info.training.gpu, "NVIDIA A100-SXM4-40GB");
  EXPECT_THAT(imported["gpu1_memory"].values, ElementsAre(1022.0 * 1048576, 1022.0 * 1048576));
  EXPECT_THAT(imported["gpu0_utilisation"].values, ElementsAre(0.05, 0.05));
}

TEST(Logs, OfTegrastatsKeepRailsInsideOthersApart) {
  const auto imported = import_fixture("tegrastats.log");
  EXPECT_EQ(imported["vddq_vdd2_1v8ao_power"].channel.contained_in, "vin_sys_5v0_power");
  EXPECT_EQ(imported["vdd_gpu_soc_power"].channel.component, Component::gpu);
  EXPECT_THAT(imported["gpu0_utilisation"].values, ElementsAre(0.5, 0.5));
  const auto old = import_fixture("tegrastats_old.log", options("2026-11-05", 10));
  EXPECT_EQ(old["vdd_soc_power"].channel.contained_in, "vdd_in_power");
  EXPECT_EQ(old["vdd_in_power"].channel.component, Component::node);
}

TEST(Logs, OfTurbostatCountTheMachineOnce) {
  const auto imported = import_fixture("turbostat.log");
  EXPECT_EQ(imported["cpu_cores_power"].channel.contained_in, "cpu_power");
  EXPECT_FALSE(imported.has("node_power"));  // SysWatt
  EXPECT_THAT(imported.report.left, Contains("SysWatt: not used"));
  EXPECT_THAT(import_fixture("turbostat_cpus.log", options("2026-11-05", 10))["cpu_power"].values,
              ElementsAre(90, 90));
}

TEST(Logs, OfTurbostatMayHaveTheEnergyOfEachInterval) {
  std::string text = "Time_Of_Day_Seconds\tCore\tCPU\tPkg_J\tCor_J\tRAM_J\n";
  for (int i = 0; i < 11; ++i) {
    text += fmt::format("{}.5\t-\t-\t{}\t150.00\t10.00\n", 1793872800 + i, i == 5 ? "?" : "200.00");
    text += fmt::format("{}.5\t0\t0\t100.00\t75.00\t5.00\n", 1793872800 + i);
  }
  const auto damaged = import_text("turbostat.txt", text);
  EXPECT_DOUBLE_EQ(damaged.report.runs.at(0).gaps.value(), 1);
  EXPECT_EQ(damaged.report.skipped_lines, 0u);
  const auto imported = import_text("turbostat.txt", std::string(text).replace(text.find('?'), 1, "200.00"));
  EXPECT_DOUBLE_EQ(imported.joules(), 2100);
  EXPECT_EQ(imported["cpu_cores_energy"].channel.contained_in, "cpu_energy");
}

TEST(Logs, OfTegrastatsMayBeInWatts) {
  std::string text;
  for (int i = 0; i < 11; ++i)
    text += fmt::format("11-05-2026 10:00:{:02} RAM 10/78MB (lfb 4x4MB) CPU [5%@14] VDD_IN 9.5W/8.5W\n", i);
  EXPECT_DOUBLE_EQ(import_text("tegra.log", text).joules(), 95);
}

TEST(Logs, OfDmonMayHaveCommas) {
  std::string text = "#Date, Time, gpu, pwr, gtemp, sm\n#YYYYMMDD, HH:MM:SS, Idx, W, C, %\n";
  for (int i = 0; i < 11; ++i)
    text +=
        fmt::format(" 20261105, 10:00:{0:02}, 0, 200, -, 99\n 20261105, 10:00:{0:02}, 1, 100, 50, 9\n", i);
  EXPECT_DOUBLE_EQ(import_text("dmon.csv", text).joules(), 3000);
}

TEST(Logs, OfPerfGiveTheirIntervalsToSockets) {
  const auto imported = import_fixture("perf_stat_sockets.csv", options("2026-11-05"));
  EXPECT_THAT(imported["cpu0_energy"].values, ElementsAre(0, 30, 60));
  EXPECT_THAT(imported["cpu1_energy"].times, ElementsAre(0, 1, 2));
  EXPECT_EQ(import_fixture("perf_stat_interval.log").run().started,
            (WallTime{1'793'872'800'000'000'000}));  // date -u -d '2026-11-05 10:00:00' +%s
}

TEST(Logs, OfPerfLoseWhatWasNotCounted) {
  const auto imported = import_text("perf.csv",
                                    "1.0,30.00,Joules,power/energy-pkg/,1,100.00,,\n"
                                    "2.0,<not counted>,Joules,power/energy-pkg/,0,100.00,,\n"
                                    "3.0,90000000.00,Joules,power/energy-pkg/,1,100.00,,\n"
                                    "4.0,30.00,Joules,power/energy-pkg/,1,100.00,,\n",
                                    options("2026-11-05"));
  EXPECT_THAT(imported["cpu_energy"].values, ElementsAre(0, 30, 30, 30, 60));
  EXPECT_THAT(imported["cpu_energy"].gaps, ElementsAre(span(1, 2), span(2, 3)));
  EXPECT_EQ(imported.report.doubted_values, 1u);
}

TEST(Logs, OfPerfWithoutAnEnergyThatCanBeAreRefused) {
  std::string text = "# started on Thu Nov  5 10:00:00 2026\n\n";
  for (int i = 1; i < 6; ++i)
    text += fmt::format("     {}.000000000  90000.00 Joules power/energy-pkg/\n", i);
  EXPECT_THAT(import_error("perf.txt", text).message, HasSubstr("no energy in it that a CPU can have used"));
}

TEST(Logs, OfCarbontrackerHaveTheirEpochs) {
  const auto imported = import_fixture("carbontracker.log");
  ASSERT_THAT(imported.run().epochs, SizeIs(2));
  EXPECT_EQ(imported.run().epochs[0].span, span(0, 33.5));
  EXPECT_EQ(imported.run().epochs[1].span, span(33.5, 66.5));
  EXPECT_EQ(imported.run().epochs[1].index, 2);
  EXPECT_NEAR(imported["gpu1_energy"].values.back(), 50 * 66.5, 1e-9);
  EXPECT_NEAR(imported["cpu0_energy"].times.back(), 33.5, 1e-9);  // "None" in the second
}

TEST(Logs, OfCarbontrackerMayLackAFigureOrHaveItTwice) {
  std::string text = "2026-11-05 10:00:00 - carbontracker version 1.2.5\n";
  for (int epoch = 1; epoch <= 3; ++epoch)
    text += fmt::format(
        "2026-11-05 10:00:{0}0 - Epoch {0}:\n2026-11-05 10:00:{0}0 - Duration: 0:00:10.00\n"
        "2026-11-05 10:00:{0}0 - Average power usage (W) for gpu: {1}\n",
        epoch, epoch == 2 ? "None" : "100.0");
  text += "2026-11-05 10:00:30 - Average power usage (W) for gpu: 100.0\n";
  const auto imported = import_text("x.log", text);
  EXPECT_THAT(imported["gpu0_energy"].values, ElementsAre(0, 1000, 1000, 2000));
  EXPECT_THAT(imported["gpu0_energy"].gaps, ElementsAre(span(10, 20)));
  EXPECT_THAT(imported.report.faults, ElementsAre(HasSubstr("a second figure")));
}

TEST(Logs, OfCarbontrackerDoNotKnowWhatIsBetweenEpochs) {
  const auto imported = import_text("x_carbontracker.log",
                                    "2026-11-05 10:00:00 - carbontracker version 1.2.5\n"
                                    "2026-11-05 10:00:10 - Epoch 1:\n"
                                    "2026-11-05 10:00:10 - Duration: 0:00:10.00\n"
                                    "2026-11-05 10:00:10 - Average power usage (W) for gpu: 100.0\n"
                                    "2026-11-05 10:01:10 - Epoch 2:\n"
                                    "2026-11-05 10:01:10 - Duration: 0:00:10.00\n"
                                    "2026-11-05 10:01:10 - Average power usage (W) for gpu: 100.0\n");
  EXPECT_THAT(imported["gpu0_energy"].gaps, ElementsAre(span(10, 60)));
  EXPECT_EQ(imported["gpu0_energy"].values.back(), 2000);
}

TEST(Logs, OfZeusAddOnlyTheOutermostWindows) {
  const auto imported = import_fixture("zeus.csv");
  EXPECT_THAT(imported["gpu0_energy"].times, ElementsAre(0, 10, 20));
  EXPECT_THAT(imported["gpu0_energy"].values, ElementsAre(0, 1000, 2000));
  EXPECT_EQ(imported["gpu1_energy"].channel.device, "1");
  const auto apart = import_text("z.csv",
                                 "start_time,window_name,elapsed_time,gpu0_energy\n"
                                 "1793872800.0,a,1.0,100.0\n1793872803.0,b,1.0,100.0\n"
                                 "1793872803.5,c,2.0,100.0\n1793872806.0,d,1.0,-100.0\n");
  EXPECT_EQ(apart["gpu0_energy"].values.back(), 200);
  EXPECT_THAT(apart["gpu0_energy"].gaps, ElementsAre(span(1, 3), span(4, 6), span(6, 7)));
  EXPECT_THAT(apart.report.faults,
              ElementsAre(HasSubstr("z.csv:5: gpu0_energy: -100 J"), HasSubstr("z.csv:4: overlaps")));
}

TEST(Logs, OfWindowsHaveNoEnergyBetweenThem) {
  const std::string heading = "start_time,window_name,elapsed_time,gpu0_energy\n";
  EXPECT_DOUBLE_EQ(
      import_text("z.csv", heading + "1793872800,train,100.0,20000\n1793873000,eval,10.0,1000\n").joules(),
      21'000);
  auto steps = heading;
  for (int i = 0; i < 120; ++i) steps += fmt::format("{},step,5.0,1000\n", 1793872800 + 10 * i);
  const auto imported = import_text("z.csv", steps);
  EXPECT_DOUBLE_EQ(imported.joules(), 120'000);
  EXPECT_DOUBLE_EQ(trace::energy_of(imported.run()).not_measured.value_or(Seconds{0}).value(), 119 * 5);
  std::string epochs = "2026-11-05 10:00:00 - carbontracker version 2.0.0\n";
  for (const char* end : {"10:02:00", "10:08:00", "10:10:00"})
    epochs += fmt::format(
        "2026-11-05 {0} - Epoch 1:\n2026-11-05 {0} - Duration: 0:02:00.00\n"
        "2026-11-05 {0} - Average power usage (W) for gpu: 200.0\n",
        end);
  EXPECT_DOUBLE_EQ(import_text("x_carbontracker.log", epochs).joules(), 72'000);
}

TEST(Logs, OfWeightsAndBiasesMayHaveAPartOfTheMetricsPerLine) {
  const auto imported = import_fixture("wandb_events.jsonl");
  EXPECT_THAT(imported["gpu0_power"].gaps, IsEmpty());  // the line about the CPU says nothing about the GPU
  EXPECT_THAT(imported["cpu_utilisation"].values, ElementsAre(0.12));
  EXPECT_FALSE(imported.has("gpu2_power"));
  const auto damaged = import_text(
      "e.jsonl", fixture("wandb_events.jsonl") + "{\"system.gpu.0.powerWatts\": 200.0, \"_timest");
  EXPECT_THAT(damaged.report.faults, ElementsAre("e.jsonl:4: not a whole JSON object"));
}

// Home-made loops and any CSV.

TEST(OwnLogs, AreReadByTheWordsOfTheirHeadings) {
  const auto imported =
      import_text("own.csv",
                  "Time,GPU0 Power (W),GPU1 Power (mW),CPU package watts,cpu_cores_w,gpu0_temp_c,Fan\n"
                  "2026-11-05 10:00:00,200,100000,50,20,60,1\n2026-11-05 10:00:10,200,100000,50,20,60,1\n");
  EXPECT_THAT(imported["gpu0_power"].values, ElementsAre(200, 200));
  EXPECT_THAT(imported["gpu1_power"].values, ElementsAre(100, 100));
  EXPECT_THAT(imported["cpu_power"].values, ElementsAre(50, 50));
  EXPECT_EQ(imported["cpu_cores_power"].channel.contained_in, "cpu_power");
  EXPECT_THAT(imported["gpu0_temperature"].values, ElementsAre(60, 60));
  EXPECT_NEAR(imported.joules(), 3500, 1e-9);
  EXPECT_THAT(imported.report.left, ElementsAre("Fan: not used"));
}

TEST(OwnLogs, MayBeJsonLines) {
  std::string lines, array = "[\n", nested;
  for (int i = 0; i < 11; ++i) {
    const auto time = fmt::format("\"timestamp\": \"2026-11-05 10:00:{:02}\"", i);
    lines += fmt::format("{{{}, \"gpu\": 0, \"power_w\": {}, \"note\": \"a, b\"}}\n", time,
                         i == 5 ? "null" : "200");
    array += fmt::format("{{{}, \"power_w\": 200}}{}\n", time, i == 10 ? "]" : ",");
    nested +=
        fmt::format("{{{}, \"gpus\": [{{\"power_w\": 200, \"util\": 9}}, {{\"power_w\": 100}}]}}\n", time);
  }
  const auto imported = import_text("loop.jsonl", lines);
  EXPECT_EQ(imported.report.kind, "json-lines");
  EXPECT_DOUBLE_EQ(imported.report.runs.at(0).gaps.value(), 2);
  EXPECT_DOUBLE_EQ(imported.joules(), 2000);
  EXPECT_DOUBLE_EQ(import_text("loop.json", array).joules(), 2000);
  EXPECT_DOUBLE_EQ(import_text("loop.jsonl", nested).joules(), 3000);
  auto torn = lines;
  torn.replace(torn.find("10:00:03"), 30, "\n");
  EXPECT_THAT(import_text("loop.jsonl", torn).report.faults.at(0), HasSubstr("loop.jsonl:4: "));
}

TEST(OwnLogs, WithAPowerWithoutAUnitAreRefused) {
  const std::string text = "time,power\n2026-11-05 10:00:00,200\n2026-11-05 10:00:10,200\n";
  EXPECT_THAT(import_error("p.csv", text).message, HasSubstr("power_w=power"));
  ImportOptions named;
  named.columns = {"power_w=power"};
  EXPECT_NEAR(import_text("p.csv", text, named).joules(), 2000, 1e-9);
  named.columns = {"power_mw=power"};
  EXPECT_NEAR(import_text("p.csv", text, named).joules(), 2, 1e-9);
}

TEST(OwnLogs, OfAnyFormAreReadByColumnsThatAreNamed) {
  ImportOptions named;
  named.columns = {"time=when", "gpu0_power_w=P", "energy_kwh=E"};
  const auto imported = import_text("any.csv", "when,P,E\n0.0,200,1.0\n10.0,200,1.5\n", [&] {
    named.start = WallTime{0};
    return named;
  }());
  EXPECT_EQ(imported.report.kind, "csv");
  EXPECT_THAT(imported["gpu0_power"].times, ElementsAre(0, 10));
  EXPECT_THAT(imported["energy"].values, ElementsAre(0, 1.8e6));
  named.columns = {"time=1", "power_w=3"};
  const auto bare = import_text("bare.csv", "2026-11-05 10:00:00,x,200\n2026-11-05 10:00:10,x,200\n", named);
  EXPECT_NEAR(bare.joules(), 2000, 1e-9);
  named.columns = {"time=when", "power_w=Q"};
  EXPECT_THAT(import_error("any.csv", "when,P\n1,2\n", named).message, HasSubstr("no column Q"));
  named.columns = {"time=when", "colour=P"};
  EXPECT_THAT(import_error("any.csv", "when,P\n1,2\n", named).message, HasSubstr("colour"));
}

TEST(OwnLogs, WithSeveralRowsAtOneTimeNeedADeviceColumn) {
  std::string text = "time,board,power_w\n";
  for (int i = 10; i < 20; ++i)
    for (const char* board : {"a", "b"}) text += fmt::format("2026-11-05 10:00:{},{},100\n", i, board);
  EXPECT_THAT(import_error("p.csv", text).message, HasSubstr("device="));
  std::string close = "time,power_w\n";
  for (int i = 10; i < 20; ++i)
    close += fmt::format("2026-11-05 10:00:{0}.000,100\n2026-11-05 10:00:{0}.004,300\n", i);
  EXPECT_THAT(import_error("p.csv", close).message, HasSubstr("device="));
  ImportOptions named;
  named.columns = {"device=board", "power_w=power_w"};
  EXPECT_NEAR(import_text("p.csv", text, named).joules(), 1800, 1e-9);  // two devices, 9 s at 100 W
}

TEST(OwnLogs, WithoutTimesNeedTheirBeginningAndRate) {
  const std::string text = "power.draw [W]\n200.00 W\n200.00 W\n200.00 W\n";
  EXPECT_THAT(import_error("p.csv", text).message, HasSubstr("--period"));
  EXPECT_NEAR(import_text("p.csv", text, options("2026-11-05", 0.5)).joules(), 200,
              1e-9);  // 2 steps of 0.5 s
}

TEST(OwnLogs, MayHaveBlanksBetweenCellsIfTheUserSaysSo) {
  ImportOptions named;
  named.columns = {"time=1", "power_w=2"};
  EXPECT_NEAR(import_text("p.log", "1793872800 200.00 W\n1793872810 200.00 W\n", named).joules(), 2000, 1e-9);
  named.columns = {"date=1", "time=2", "power_w=3"};
  EXPECT_NEAR(import_text("p.log", "2026-11-05 10:00:00 200\n2026-11-05 10:00:10 200\n", named).joules(),
              2000, 1e-9);
}

TEST(OwnLogs, InBlocksMayLabelTheirTimes) {
  const auto imported = import_text("b.log",
                                    "Timestamp: 2026-11-05 10:00:00\nGPU 0: 200.00 W\nGPU 1: 100.00 W\n\n"
                                    "Timestamp: 2026-11-05 10:00:10\nGPU 0: 200.00 W\nGPU 1: 100.00 W\n");
  EXPECT_EQ(imported.report.kind, "timed-blocks");
  EXPECT_NEAR(imported.joules(), 3000, 1e-9);
}

TEST(OwnLogs, OfUnknownColumnsAreToldHowToNameThem) {
  EXPECT_THAT(import_error("any.csv", "when,P\n1,2\n").message, HasSubstr("--columns time=when,power_w=P"));
  EXPECT_THAT(import_error("any.csv", "1,2\n3,4\n").message, HasSubstr("--columns time=1,power_w=2"));
}

TEST(OwnLogs, MayHaveATimeWithADecimalCommaInside) {
  const auto imported = import_text("iso.csv",
                                    "timestamp,utilization.gpu,power.draw\n"
                                    "2026-11-05T10:00:00,500000000+00:00,97, 200.00\n"
                                    "2026-11-05T10:00:10,500000000+00:00,97, 200.00\n");
  EXPECT_EQ(imported.report.kind, "nvidia-smi");
  EXPECT_NEAR(imported.joules(), 2000, 1e-9);
  const auto python =
      import_text("py.csv", "timestamp,power_w\n2026-11-05 10:00:00,123,200\n2026-11-05 10:00:10,123,200\n");
  EXPECT_NEAR(python.joules(), 2000, 1e-9);
}

TEST(OwnLogs, KeepDatesBetweenRowsThatHaveTheirOwnTime) {
  const auto imported = import_text("gpu.csv",
                                    "timestamp, power.draw [W]\n2026/11/05 10:00:00.000, 200 W\n"
                                    "Thu Nov  5 10:00:10 UTC 2026\n"
                                    "timestamp, power.draw [W]\n2026/11/05 10:00:10.000, 200 W\n");
  EXPECT_EQ(imported.report.skipped_lines, 0u);
  EXPECT_THAT(imported["gpu0_power"].gaps, IsEmpty());
}

}  // namespace
}  // namespace joulecast::formats
