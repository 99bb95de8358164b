// Which columns of a home-made log are readings, and of what.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using joulecast::testing::Imported;
using joulecast::testing::span;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A log of 11 rows, a second apart, with the same values in all of them.
std::string log_of(const std::string& headings, const std::string& values) {
  auto text = "timestamp," + headings + "\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("2026-11-05T10:00:{:02},{}\n", i, values);
  return text;
}

double watts_of(const std::string& headings, const std::string& values) {
  return import_text("log.csv", log_of(headings, values)).joules() / 10;
}

/// A GPU with 200 W in each of the rows, a second apart, and a CPU with 100 W in those that `has_cpu` says.
template <class HasCpu>
Imported with_sparse_cpu(int rows, HasCpu has_cpu) {
  std::string text = "timestamp,gpu_power_w,cpu_power_w\n";
  for (int i = 0; i < rows; ++i) text += fmt::format("{},200,{}\n", 1772704800 + i, has_cpu(i) ? "100" : "");
  return import_text("log.csv", text);
}

TEST(OwnColumns, AColumnMayBeFilledAtARateOfItsOwn) {
  for (const int every : {2, 3, 5, 10})
    EXPECT_DOUBLE_EQ(with_sparse_cpu(61, [&](int i) { return i % every == 0; }).joules(), 300 * 60.0)
        << every;
  EXPECT_DOUBLE_EQ(with_sparse_cpu(61, [](int i) { return i % 3 != 1; }).joules(), 300 * 60.0);
  EXPECT_DOUBLE_EQ(with_sparse_cpu(11, [](int i) { return i % 5 == 0; }).joules(), 300 * 10.0);
}

TEST(OwnColumns, AColumnThatIsEmptyForLongIsMissing) {
  const auto dense = with_sparse_cpu(101, [](int i) { return i <= 40 || i >= 60; });
  EXPECT_THAT(dense["cpu_power"].gaps, ElementsAre(span(40, 60)));
  const auto sparse = with_sparse_cpu(201, [](int i) { return i % 2 == 0 && (i <= 80 || i >= 120); });
  EXPECT_THAT(sparse["cpu_power"].gaps, ElementsAre(span(80, 120)));
  const auto early = with_sparse_cpu(21, [](int i) { return i <= 4 || i >= 10; });
  EXPECT_THAT(early["cpu_power"].gaps, ElementsAre(span(4, 10)));
  const auto ends = with_sparse_cpu(11, [](int i) { return i <= 4; });
  EXPECT_THAT(ends["cpu_power"].gaps, ElementsAre(span(4, 10)));
}

TEST(OwnColumns, TwoRatesMayHaveRowsOfTheirOwn) {
  std::string text = "timestamp,gpu_power_w,cpu_power_w\n";
  for (int i = 0; i <= 60; ++i) text += fmt::format("{},200,\n{}.5,,100\n", 1772704800 + i, 1772704800 + i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 300 * 60.0);
}

TEST(OwnColumns, HeadingsThatDifferByAPlaceAreDevices) {
  for (const char* headings : {"gpu_a_power_w,gpu_b_power_w", "GPU left [W],GPU right [W]",
                               "GPU-A (W),GPU-B (W)", "alpha_power_w,beta_power_w"})
    EXPECT_DOUBLE_EQ(watts_of(headings, "200,300"), 500) << headings;
}

TEST(OwnColumns, HeadingsThatDifferByAnotherWordAreUnclear) {
  for (const char* headings : {"gpu_spam_power_w,gpu_eggs_power_w", "gpu_power_w,gpu_power_w"})
    EXPECT_THAT(import_error("log.csv", log_of(headings, "200,300")).message,
                HasSubstr("--columns time=…,gpu0_power_w=2,gpu1_power_w=3"));
  EXPECT_DOUBLE_EQ(watts_of("gpu_spam_power_w,gpu_power_w,gpu_eggs_power_w", "1,200,2"), 200);
}

TEST(OwnColumns, RunsOfOneExportAreNotTakenTogether) {
  const auto error =
      import_error("log.csv", log_of("a - system/gpu.0.powerWatts,b1 - system/gpu.0.powerWatts", "200,300"));
  EXPECT_THAT(error.message, HasSubstr("export one run at a time"));
}

TEST(OwnColumns, ASumOfNumberedPartsIsNotAdded) {
  for (const char* headings :
       {"cpu0_power_w,cpu1_power_w,cpu_power_w", "cpu0_w,cpu1_w,cpu_total_w",
        "psu0_power_w,psu1_power_w,psu_power_w", "power0_w,power1_w,power_w",
        "gpus.0.power_w,gpus.1.power_w,power_w", "socket0_w,socket1_w,cpu_w", "dram0_w,dram1_w,dram_w"}) {
    EXPECT_DOUBLE_EQ(watts_of(headings, "200,300,500"), 500) << headings;
  }
}

TEST(OwnColumns, ASumIsTakenIfTheUserSaysSo) {
  ImportOptions options;
  options.columns = {"time=timestamp", "cpu_power_w=cpu_w"};
  const auto imported = import_text("log.csv", log_of("cpu0_w,cpu1_w,cpu_w", "200,300,500"), options);
  EXPECT_DOUBLE_EQ(imported.joules(), 5000);
}

TEST(OwnColumns, ARowOfAllDevicesIsNotAdded) {
  for (const char* all : {"all", "sum", "-1", "mean", "total"}) {
    std::string text = "timestamp,gpu,power_w\n";
    for (int i = 0; i < 11; ++i)
      for (const auto& [device, watts] : {std::pair{"0", 200}, std::pair{"1", 300}, std::pair{all, 500}})
        text += fmt::format("2026-11-05T10:00:{:02},{},{}\n", i, device, watts);
    EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 5000) << all;
  }
}

TEST(OwnColumns, MicroIsReadInBothSigns) {
  EXPECT_DOUBLE_EQ(watts_of("power (\u00b5W)", "200"), 200e-6);
  EXPECT_DOUBLE_EQ(watts_of("power (\u03bcW)", "200"), 200e-6);
}

TEST(OwnColumns, MegawattsAreNotTakenForMilliwatts) {
  EXPECT_THAT(import_error("log.csv", log_of("power [MW]", "200")).message, HasSubstr("mega"));
  EXPECT_DOUBLE_EQ(watts_of("GPU_POWER_MW", "200"), 0.2);
}

TEST(OwnColumns, DurationsOfRowsAreNoTimes) {
  std::string text = "epoch,time_s,power_w\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("{},{:.1f},200\n", i, 30.2 + i % 3);
  ImportOptions options;
  options.start = WallTime{1'772'704'800'000'000'000};
  EXPECT_THAT(import_error("log.csv", text, options).message, HasSubstr("how long each row took"));
}

TEST(OwnColumns, ACounterThatNothingDrawsIsRefused) {
  std::string text = "timestamp,energy_j\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("2026-11-05T10:00:{:02},{}\n", i, i * 200'000'000LL);
  EXPECT_THAT(import_error("log.csv", text).message, HasSubstr("is its unit right?"));
}

TEST(OwnColumns, ThousandsMayBeApart) {
  for (const char* number : {"1'500.0", "1 500.0", "1\u202f500.0", "\"1,500.0\""})
    EXPECT_DOUBLE_EQ(watts_of("node_power_w", number), 1500) << number;
}

TEST(OwnColumns, ADistributionUnitHasTheGpuIncluded) {
  for (const char* headings : {"rack_power_w,gpu_power_w", "pdu_w,gpu_w", "outlet_power_w,gpu_power_w"})
    EXPECT_DOUBLE_EQ(watts_of(headings, "500,200"), 500) << headings;
}

TEST(OwnColumns, ACardsSuppliesAreNoDevices) {
  EXPECT_DOUBLE_EQ(watts_of("GPU Chip Power Draw [W],PCIe Slot Power [W],GPU Power [W]", "100,20,200"), 200);
}

TEST(OwnColumns, WhatIsNotDrawnIsNoReading) {
  for (const char* role :
       {"idle_power_w", "baseline_power_w", "net_power_w", "predicted_power_w", "power_target_w",
        "peak_power_w", "power_limit_w", "power_cap_w", "max_power_w", "min_power_w", "power_p10_w",
        "power_p90_w", "power_std_w", "power_budget_w", "power_delta_w"}) {
    EXPECT_DOUBLE_EQ(watts_of(std::string(role) + ",power_w", "350,200"), 200) << role;
    EXPECT_DOUBLE_EQ(watts_of(std::string("power_w,") + role, "200,350"), 200) << role;
  }
}

TEST(OwnColumns, APlainPowerGoesBeforeADerivedOne) {
  for (const char* derived :
       {"avg_power_w", "power_w_smoothed", "power_median_w", "power_instant_w", "mean_power_w"})
    EXPECT_DOUBLE_EQ(watts_of(std::string(derived) + ",power_w", "150,200"), 200) << derived;
}

TEST(OwnColumns, PartsOfAPackageAreInIt) {
  EXPECT_DOUBLE_EQ(watts_of("package_w,core_w,uncore_w,dram_w", "200,70,5,10"), 210);
  EXPECT_DOUBLE_EQ(watts_of("core_w,package_w", "70,200"), 200);
  EXPECT_DOUBLE_EQ(watts_of("pkg_power_w,pp0_power_w,dram_power_w", "200,70,10"), 210);
  EXPECT_DOUBLE_EQ(watts_of("package-0 (W),core (W),uncore (W),dram (W),psys (W)", "200,70,5,10,300"), 210);
  EXPECT_DOUBLE_EQ(watts_of("cpu_package_w,core0_power_w,core1_power_w", "200,20,20"), 200);
  EXPECT_DOUBLE_EQ(
      watts_of("CPU Package Power [W],IA Cores Power [W],GT Cores Power [W],GPU Power [W]", "90,50,3,200"),
      290);
}

TEST(OwnColumns, CoresWithoutTheirPackageAreNoDevice) {
  EXPECT_DOUBLE_EQ(watts_of("IA Cores Power [W],GPU Power [W]", "50,200"), 200);
  EXPECT_DOUBLE_EQ(watts_of("cpu_cores_w", "50"), 50);
}

TEST(OwnColumns, ASumOfTheGpusIsNotAdded) {
  for (const char* sum : {"gpu_total_power_w", "all_gpus_power_w", "gpu_power_w", "sum_w"}) {
    EXPECT_DOUBLE_EQ(watts_of(std::string(sum) + ",gpu0_power_w,gpu1_power_w", "290,200,90"), 290) << sum;
    EXPECT_DOUBLE_EQ(watts_of(std::string("gpu0_power_w,gpu1_power_w,") + sum, "200,90,290"), 290) << sum;
  }
}

TEST(OwnColumns, ACounterOfEnergyIsRecognised) {
  std::string counter = "timestamp,energy_j\n", of_rows = counter;
  for (int i = 0; i < 11; ++i) {
    counter += fmt::format("2026-11-05T10:00:{:02},{}\n", i, 5000 + 200 * i);
    of_rows += fmt::format("2026-11-05T10:00:{:02},{}\n", i, 200 + i % 3);
  }
  EXPECT_DOUBLE_EQ(import_text("log.csv", counter).joules(), 2000);
  EXPECT_THAT(import_error("log.csv", of_rows).message, HasSubstr("does not rise like a counter"));
  auto megajoules = counter;
  megajoules.replace(megajoules.find("energy_j"), 8, "energy (MJ)");
  import_error("log.csv", megajoules);
}

TEST(OwnColumns, ATimestampGoesBeforeTheTimeSinceTheStart) {
  std::string text = "elapsed_s,watts,created_at\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("{},+200,2026-11-05T10:00:{:02}\n", i, i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000);
}

TEST(OwnColumns, MachinesAreToldApart) {
  std::string text = "timestamp,host,gpu,power_w\n";
  for (int i = 0; i < 11; ++i)
    for (const char* host : {"n0", "n1"})
      for (int gpu = 0; gpu < 2; ++gpu)
        text += fmt::format("2026-11-05T10:00:{:02},{},{},{}\n", i, host, gpu, 100 * (gpu + 1));
  const auto imported = import_text("log.csv", text);
  EXPECT_DOUBLE_EQ(imported.joules(), 6000);
  EXPECT_EQ(imported["n1/gpu1_power"].channel.node, "n1");
}

TEST(OwnColumns, TimesInMinutesAndHours) {
  ImportOptions options;
  options.start = WallTime{0};
  for (const auto& [heading, unit] :
       {std::pair{"time_min", 60.0}, {"time (h)", 3600.0}, {"elapsed_ms", 0.001}}) {
    auto text = fmt::format("{},power_w\n", heading);
    for (int i = 0; i < 11; ++i) text += fmt::format("{:.9f},200\n", i / unit);
    EXPECT_NEAR(import_text("log.csv", text, options).joules(), 2000, 0.01) << heading;
  }
}

TEST(OwnColumns, TimesThatMayBeMillisecondsAreRefused) {
  ImportOptions options;
  options.start = WallTime{0};
  for (const char* text :
       {"time,power_w\n0,200\n1000,200\n2000,200\n", "time,power_w\n0,200\n50,200\n100,200\n"})
    EXPECT_THAT(import_error("log.csv", text, options).message, HasSubstr("--columns time_ms=time"));
}

TEST(OwnColumns, RailsThatAreRowsAreInTheirPackage) {
  for (const char* column : {"component", "domain", "sensor", "device"})
    for (const auto& [package, part, dram] : {std::tuple{"package-0", "core", "dram"},
                                              {"package", "pp0", "ram"},
                                              {"cpu0", "uncore", "dram-0"},
                                              {"package-0", "package-0/core", "package-0/dram"}}) {
      auto power = fmt::format("timestamp,{},power_w\n", column);
      auto energy = fmt::format("timestamp,{},energy_j\n", column);
      for (int i = 0; i < 11; ++i) {
        const auto time = fmt::format("2026-11-05T10:00:{:02}", i);
        power +=
            fmt::format("{0},{1},150\n{0},{2},200\n{0},{3},10\n{0},psys,300\n", time, part, package, dram);
        energy += fmt::format("{0},{1},{4}\n{0},{2},{5}\n{0},{3},{6}\n", time, part, package, dram, 150 * i,
                              7000 + 200 * i, 10 * i);
      }
      EXPECT_DOUBLE_EQ(import_text("log.csv", power).joules(), 2100) << column << part;
      EXPECT_DOUBLE_EQ(import_text("log.csv", energy).joules(), 2100) << column << part;
    }
}

TEST(OwnColumns, MicrojoulesAsThePowercapFilesHaveThem) {
  std::string text = "time,energy_uj\n";
  for (int i = 0; i < 11; ++i)
    text += fmt::format("2026-11-05 10:00:{:02},{}\n", i, 9'000'000 + 200'000'000LL * i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000);
}

TEST(OwnColumns, ACounterThatBeginsAgainIsAGap) {
  std::string text = "timestamp,energy_j\n";
  for (int i = 0; i < 21; ++i)
    text += fmt::format("2026-11-05T10:00:{:02},{}\n", i, i < 10 ? 5000 + 200 * i : 200 * (i - 10));
  const auto imported = import_text("log.csv", text);
  EXPECT_DOUBLE_EQ(imported.report.runs.at(0).gaps.value(), 1);
  EXPECT_NEAR(imported.joules(), 200 * 19 + 200, 201);  // the second between may be bridged
}

TEST(OwnColumns, DecibelsAreNoPower) {
  EXPECT_DOUBLE_EQ(watts_of("power_dbm,power_w", "53,200"), 200);
}

TEST(OwnColumns, GroupedNumbers) {
  EXPECT_DOUBLE_EQ(watts_of("power_mw", "\"200,000\""), 200);
  EXPECT_DOUBLE_EQ(watts_of("power_w", "\"1,200.5\""), 1200.5);
  std::string text = "timestamp;power_mw\n", bars = "| timestamp | power_w |\n|---|---|\n";
  for (int i = 0; i < 11; ++i) {
    text += fmt::format("2026-11-05 10:00:{:02};200.000,5\n", i);
    bars += fmt::format("| 2026-11-05 10:00:{:02} | 200 |\n", i);
  }
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000.005);
  EXPECT_DOUBLE_EQ(import_text("log.csv", bars).joules(), 2000);
}

TEST(OwnColumns, QuotedDecimalCommasAreToldFromThousands) {
  std::string text = "timestamp,power_kw,temp_c\n";
  for (int i = 0; i < 11; ++i)
    text += fmt::format("2026-11-05 10:00:{:02},\"{}\",\"50,5\"\n", i, i % 2 == 0 ? "1,200" : "0,800");
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 10'000);
}

TEST(OwnColumns, HoursInHalvesOfTheDay) {
  ImportOptions options;
  options.start = WallTime{0};
  for (const char* format : {"2026-11-05 01:00:{:02} PM", "11/05/2026 1:00:{:02}pm", "01:00:{:02} PM"}) {
    std::string text = "timestamp,power_w\n";
    for (int i = 0; i < 11; ++i) text += fmt::format(fmt::runtime(format), i) + ",200\n";
    const auto imported = import_text("log.csv", text, options);
    EXPECT_DOUBLE_EQ(imported.joules(), 2000) << format;
    EXPECT_EQ(imported.run().started->ns / 1'000'000'000 % 86400, 13 * 3600) << format;
  }
}

TEST(OwnColumns, IntelPowerGadget) {
  ImportOptions options;
  options.start = WallTime{0};
  std::string text =
      "System Time,RDTSC,Elapsed Time (sec),CPU Utilization(%),Processor Power_0(Watt),Cumulative Processor "
      "Energy_0(Joules),Cumulative Processor Energy_0(mWh),IA Power_0(Watt),DRAM Power_0(Watt)\n";
  for (int i = 0; i < 11; ++i)
    text += fmt::format("10:00:{:02}:250,{},{}.25,50,200,{},{},150,10\n", i, 3000 * i, i, 200 * i, 55 * i);
  const auto imported = import_text("log.csv", text, options);
  EXPECT_DOUBLE_EQ(imported.joules(), 2100);
  EXPECT_EQ(imported.run().started->ns % 1'000'000'000, 250'000'000);
}

TEST(OwnColumns, EveryCounterOfALogOfEnergiesCounts) {
  const auto joules = [](const std::string& headings, std::initializer_list<int> watts) {
    auto text = "timestamp," + headings + "\n";
    for (int i = 0; i < 11; ++i) {
      text += fmt::format("2026-11-05T10:00:{:02}", i);
      for (const int w : watts) text += fmt::format(",{}", 1000 + i * w);
      text += "\n";
    }
    return import_text("log.csv", text).joules();
  };
  EXPECT_DOUBLE_EQ(joules("gpu0_energy_j,gpu1_energy_j", {200, 100}), 3000);
  EXPECT_DOUBLE_EQ(joules("RAPL package [J],RAPL dram [J]", {200, 10}), 2100);
  EXPECT_DOUBLE_EQ(joules("DRAM_ENERGY (J),PACKAGE_ENERGY (J),PP0_ENERGY (J)", {10, 200, 150}), 2100);
  EXPECT_DOUBLE_EQ(joules("gpu_energy_j,cpu_energy_j,total_energy_j", {200, 50, 300}), 3000);
  EXPECT_DOUBLE_EQ(joules("package_energy_j,psys_energy_j", {200, 300}), 2000);
}

TEST(OwnColumns, MomentsAsSpreadsheetsAndShellsWriteThem) {
  for (const char* format : {"5.11.2026 9:30:{:02}", "05-Nov-2026 09:30:{:02}", "20261105T0930{:02}Z",
                             "202611050930{:02}", "20261105 0930{:02}"}) {
    std::string text = "timestamp,power_w\n";
    for (int i = 0; i < 11; ++i) text += fmt::format(fmt::runtime(format), i) + ",200\n";
    const auto imported = import_text("log.csv", text);
    EXPECT_DOUBLE_EQ(imported.joules(), 2000) << format;
    EXPECT_EQ(to_iso8601(*imported.run().started).substr(0, 16), "2026-11-05T09:30") << format;
  }
  std::string minutes = "Date;Power [W]\n";
  for (int i = 0; i < 11; ++i) minutes += fmt::format("2026-11-05 09:{:02};200,0\n", 30 + i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", minutes).joules(), 60 * 2000);
}

TEST(OwnColumns, HeadingsOfOtherLanguagesAndOfPandas) {
  std::string german = "Datum;Uhrzeit;Leistung (W)\n", french = "horodatage;puissance (W)\n",
              pandas = "Unnamed: 0,timestamp,power_w\n";
  for (int i = 0; i < 11; ++i) {
    german += fmt::format("05.11.2026;10:00:{:02};200,0\n", i);
    french += fmt::format("2026-11-05 10:00:{:02};200,0\n", i);
    pandas += fmt::format("{0},2026-11-05 10:00:{0:02},200\n", i);
  }
  for (const auto& text : {german, french, pandas})
    EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000);
}

TEST(OwnColumns, ACommaBehindTheRowMakesNoDecimalsOfASecond) {
  std::string text = "timestamp,power_w\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("2026-11-05 10:00:{:02},200,\n", i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000);
}

}  // namespace
}  // namespace joulecast::formats
