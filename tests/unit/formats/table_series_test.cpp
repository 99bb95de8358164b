// Tables with the rows or columns of several machines, devices, parts and sums: what is added, what is left
// out, and what is refused because only the user can tell.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr int seconds = 120;

double p(int i) {
  return 200 + 50 * std::sin(i / 9.0);
}
double q(int i) {
  return 100 + 20 * std::cos(i / 7.0);
}

/// Trapezoids on the readings of 120 seconds, as they are written.
double joules_of(const std::function<double(int)>& watts) {
  double sum = 0;
  for (int i = 1; i < seconds; ++i) sum += (watts(i) + watts(i - 1)) / 2;
  return sum;
}
const double of_p = joules_of(p), of_q = joules_of(q);
constexpr double rounding = 1;

std::string clock_of(int i) {
  return fmt::format("10:{:02}:{:02}", i / 60, i % 60);
}

using Line = std::function<std::string(int)>;
std::string log_of(const std::string& heading, const std::vector<Line>& lines) {
  auto text = heading + "\n";
  for (int i = 0; i < seconds; ++i)
    for (const auto& line : lines) text += line(i) + "\n";
  return text;
}

/// Rows "time,LABEL,watts" of each label.
std::string rows_of(const std::string& heading,
                    const std::vector<std::pair<std::string, std::function<double(int)>>>& series) {
  std::vector<Line> lines;
  for (const auto& [label, watts] : series)
    lines.push_back([label = label, watts = watts](int i) {
      return fmt::format("2026-11-05 {},{},{:.3f}", clock_of(i), label, watts(i));
    });
  return log_of(heading, lines);
}

double joules(const std::string& text) {
  return import_text("log.csv", text).joules();
}

TEST(TableSeries, WhicheverColumnTellsMachinesApart) {
  for (const char* column : {"host", "hostname", "nodeid", "pod", "task", "exported_instance", "computer",
                             "worker_id", "uuid", "serial"})
    EXPECT_NEAR(joules(rows_of(fmt::format("timestamp,{},gpu,power_w", column),
                               {{"a1,0", p}, {"a1,1", q}, {"b2,0", p}, {"b2,1", q}})),
                2 * (of_p + of_q), rounding)
        << column;
}

TEST(TableSeries, AColumnOfAnyNameMayTellMachinesApart) {
  EXPECT_NEAR(joules(rows_of("timestamp,site,gpu,power_w", {{"a1,0", p}, {"b2,0", q}})), of_p + of_q,
              rounding);
  EXPECT_THAT(
      import_error("log.csv", rows_of("timestamp,site,gpu,power_w", {{"a1,0", p}, {"b2,0", p}})).message,
      HasSubstr("device=site adds them"));
}

TEST(TableSeries, ARankIsFinerThanTheGpuOfItsMachine) {
  EXPECT_NEAR(joules(rows_of("timestamp,rank,gpu,power_w", {{"0,0", p}, {"1,1", q}, {"2,0", p}, {"3,1", q}})),
              2 * (of_p + of_q), rounding);
}

TEST(TableSeries, NvidiaSmiOnSeveralMachines) {
  const auto log = [](const std::string& heading, const std::string& one, const std::string& other) {
    return log_of(
        heading,
        {[=](int i) { return fmt::format("2026/11/05 {}.137, {}, {:.2f} W", clock_of(i), one, p(i)); },
         [=](int i) { return fmt::format("2026/11/05 {}.640, {}, {:.2f} W", clock_of(i), other, q(i)); }});
  };
  EXPECT_NEAR(joules(log("timestamp, host, index, power.draw [W]", "a, 0", "b, 0")), of_p + of_q, rounding);
  EXPECT_NEAR(joules(log("timestamp, index, uuid, power.draw [W]", "0, GPU-aa", "0, GPU-bb")), of_p + of_q,
              rounding);
  EXPECT_NEAR(joules(log("timestamp, index, pci.bus_id, power.draw [W]", "0, 00000000:07:00.0",
                         "0, 00000000:0F:00.0")),
              of_p + of_q, rounding);
  EXPECT_NEAR(joules(log("timestamp, name, index, power.draw [W]", "NVIDIA A100, 0", "NVIDIA V100, 0")),
              of_p + of_q, rounding);
  EXPECT_THAT(
      import_error("gpu.csv", log("timestamp, name, index, power.draw [W]", "A100, 0", "A100, 0")).message,
      HasSubstr("no column tells them apart"));
}

TEST(TableSeries, MachinesAndTheirPartsMayBeInColumnsOfAnyName) {
  EXPECT_NEAR(joules(rows_of("timestamp,host,zone,power_w",
                             {{"a,package-0", p}, {"a,dram", q}, {"b,package-0", q}, {"b,dram", q}})),
              of_p + 3 * of_q, rounding);
  const auto all = [](int i) { return p(i) + q(i) + 30; };
  EXPECT_NEAR(joules(rows_of("timestamp,entity,power_w",
                             {{"GPU0", p}, {"GPU1", q}, {"CPU", [](int) { return 30.0; }}, {"Total", all}})),
              of_p + of_q + 30 * 119, rounding);
}

TEST(TableSeries, PowersBesideThoseOfNvidiaSmi) {
  const auto text = log_of(
      "timestamp, index, power.draw [W], cpu_power_w",
      {[](int i) { return fmt::format("2026/11/05 {}.000, 0, {:.2f} W, {:.2f}", clock_of(i), p(i), q(i)); }});
  EXPECT_NEAR(joules(text), of_p + of_q, rounding);
}

TEST(TableSeries, SeriesThatNothingTellsApartAreRefused) {
  EXPECT_THAT(import_error("log.csv", rows_of("timestamp,gpu,power_w", {{"0", p}, {"0", q}})).message,
              HasSubstr("no column tells them apart"));
}

TEST(TableSeries, OneReadingForEachProcessIsTakenOnce) {
  EXPECT_NEAR(joules(rows_of("timestamp,gpu,pid,power_w", {{"0,11", p}, {"0,12", p}})), of_p, 300);
}

TEST(TableSeries, SeveralRunsAreNotOne) {
  for (const char* column : {"run", "run_id", "experiment", "trial", "job_id"})
    EXPECT_THAT(import_error("log.csv", rows_of(fmt::format("timestamp,{},gpu,power_w", column),
                                                {{"r1,0", p}, {"r2,0", q}}))
                    .message,
                HasSubstr("several runs"))
        << column;
}

TEST(TableSeries, StatisticsOfOneReadingAreNoSeries) {
  const auto more = [](int i) { return p(i) + 50; };
  EXPECT_THAT(
      import_error("log.csv", rows_of("timestamp,stat,power_w", {{"mean", p}, {"max", more}})).message,
      HasSubstr("statistics"));
}

TEST(TableSeries, HeadingsMayNameTheMachine) {
  for (const char* headings : {"n1.gpu0.power_w,n1.gpu1.power_w,n2.gpu0.power_w,n2.gpu1.power_w",
                               "node1_gpu0_w,node1_gpu1_w,node2_gpu0_w,node2_gpu1_w"}) {
    const auto imported =
        import_text("log.csv", log_of(fmt::format("timestamp,{}", headings), {[](int i) {
                                        return fmt::format("2026-11-05 {},{},{},{},{}", clock_of(i), p(i),
                                                           q(i), p(i), q(i));
                                      }}));
    EXPECT_NEAR(imported.joules(), 2 * (of_p + of_q), rounding) << headings;
    EXPECT_EQ(imported.runs[0].traces.size(), 4U) << headings;
  }
}

double of_columns(const std::string& headings, const std::vector<std::function<double(int)>>& columns) {
  return joules(log_of("timestamp," + headings, {[&](int i) {
                         auto line = "2026-11-05 " + clock_of(i);
                         for (const auto& watts : columns) line += fmt::format(",{:.3f}", watts(i));
                         return line;
                       }}));
}

double both(int i) {
  return p(i) + q(i);
}
double constant(int) {
  return 40;
}

TEST(TableSeries, AMachineInAHeadingHasItsOwnMeter) {
  const auto text =
      log_of("timestamp,n1_node_w,n1_gpu0_w,n2_node_w,n2_gpu0_w", {[](int i) {
               return fmt::format("2026-11-05 {},{},{},{},{}", clock_of(i), both(i), p(i), both(i), q(i));
             }});
  EXPECT_NEAR(joules(text), 2 * (of_p + of_q), rounding);
}

TEST(TableSeries, TheSameDeviceOfTwoNamesIsRefused) {
  const auto text =
      log_of("timestamp,gpu0@n1 (W),gpu0@n2 (W)",
             {[](int i) { return fmt::format("2026-11-05 {},{},{}", clock_of(i), p(i), q(i)); }});
  EXPECT_THAT(import_error("log.csv", text).message, HasSubstr("may be two devices"));
}

TEST(TableSeries, PartsOfASumThatLookLikeOneDeviceAreInsideIt) {
  EXPECT_NEAR(of_columns("socket_power_w,gfx_power_w,soc_power_w,hbm_power_w,gpu_util",
                         {[](int i) { return both(i) + 40; }, p, constant, q, constant}),
              of_p + of_q + 40 * 119, rounding);
}

TEST(TableSeries, WordsForAWholeMachine) {
  for (const char* whole : {"bmc_power_w", "ac_w", "external_power_w", "meter_w", "ipmi_w", "wall_w",
                            "server_w", "psu_input_w", "chassis_w"})
    EXPECT_NEAR(of_columns(fmt::format("{},gpu_w,cpu_w", whole), {[](int i) { return both(i) + 40; }, p, q}),
                of_p + of_q + 40 * 119, rounding)
        << whole;
}

TEST(TableSeries, DifferentMetersAreNoAlternatives) {
  EXPECT_NEAR(of_columns("rapl_w,nvidia_w", {p, q}), of_p + of_q, rounding);
  EXPECT_NEAR(of_columns("V100-0 (W),V100-1 (W)", {p, q}), of_p + of_q, rounding);
  EXPECT_NEAR(of_columns("RTX 3090 (W),RTX 3080 (W)", {p, q}), of_p + of_q, rounding);
  EXPECT_NEAR(of_columns("A100 power (W),Xeon power (W)", {p, q}), of_p + of_q, rounding);
  EXPECT_NEAR(of_columns("gpu_power_w,fan_power_w,ssd_power_w,nic_w", {p, constant, constant, constant}),
              of_p + 3 * 40 * 119, rounding);
  EXPECT_NEAR(of_columns("power_supply_1_w,power_supply_2_w", {p, q}), of_p + of_q, rounding);
  EXPECT_NEAR(of_columns("cpu_power_w,mem_power_w,gpu0_power_w", {p, q, constant}), of_p + of_q + 40 * 119,
              rounding);
  EXPECT_NEAR(of_columns("raw_power_w,calibrated_power_w", {q, p}), of_p, rounding);
  EXPECT_THAT(import_error("log.csv", log_of("timestamp,gpu_power_w,foo_w", {[](int i) {
                                               return fmt::format("2026-11-05 {},{},{}", clock_of(i), p(i),
                                                                  q(i));
                                             }}))
                  .message,
              HasSubstr("may be of anything"));
}

TEST(TableSeries, PartsSharesAndSumsAreNotAdded) {
  EXPECT_NEAR(of_columns("package_w,ccd0_w,ccd1_w,iod_w", {p, constant, constant, constant}), of_p, rounding);
  EXPECT_NEAR(of_columns("cpu_power_w,process_power_w", {p, q}), of_p, rounding);
  EXPECT_NEAR(of_columns("gpu_power_w,container_power_w", {p, q}), of_p, rounding);
  EXPECT_NEAR(of_columns("soc_power_w,cpu_power_w,gpu_power_w", {both, p, q}), of_p + of_q, rounding);
}

TEST(TableSeries, ATotalOfOneComponentIsNotTheMachines) {
  EXPECT_NEAR(of_columns("gpu0_w,gpu1_w,total_w,cpu_w", {p, q, both, constant}), of_p + of_q + 40 * 119,
              rounding);
  EXPECT_NEAR(of_columns("gpu0_w,gpu1_w,total_w", {p, q, both}), of_p + of_q, rounding);
}

TEST(TableSeries, RowsOfWholesAndSumsAreNotAdded) {
  const auto more = [](int i) { return both(i) + 50; };
  for (const char* whole : {"node", "server", "wall", "system", "psu", "machine", "bmc"})
    EXPECT_NEAR(joules(rows_of("timestamp,component,power_w", {{"cpu", p}, {"gpu", q}, {whole, more}})),
                of_p + of_q + 50 * 119, rounding)
        << whole;
  EXPECT_NEAR(joules(rows_of("timestamp,component,power_w", {{"gpu0", p}, {"gpu1", q}, {"gpus", both}})),
              of_p + of_q, rounding);
  EXPECT_NEAR(
      joules(rows_of("timestamp,sensor,power_w",
                     {{"PSU1 Input", p}, {"PSU2 Input", q}, {"Total_Power", both}, {"CPU_Power", constant}})),
      of_p + of_q, rounding);
  EXPECT_NEAR(
      joules(rows_of("timestamp,domain,power_w", {{"package", p}, {"ccd0", constant}, {"ccd1", constant}})),
      of_p, rounding);
}

TEST(TableSeries, AContainerIsNotItsNode) {
  std::string text = "time,node_package_joules_total,node_dram_joules_total,container_joules_total\n";
  for (int i = 0; i < seconds; ++i)
    text += fmt::format("{},{},{},{}\n", 1'762'336'800 + i, 200 * i, 100 * i, 50 * i);
  const auto imported = import_text("kepler.csv", text);
  EXPECT_DOUBLE_EQ(imported.joules(), 300.0 * 119);
  EXPECT_EQ(imported.runs[0].traces.size(), 2U);
}

TEST(TableSeries, WhatIsNoReadingIsRefused) {
  for (const char* heading : {"power_w_per_gpu", "power_w_norm", "log_power_w", "cumulative_power_w"})
    EXPECT_FALSE(
        import_error("log.csv",
                     fmt::format("timestamp,{}\n2026-11-05 10:00:00,2\n2026-11-05 10:00:01,2\n", heading))
            .message.empty())
        << heading;
}

TEST(TableSeries, AUnitOfEnergyPerTimeIsAPower) {
  EXPECT_NEAR(of_columns("power (J/s)", {p}), of_p, rounding);
  EXPECT_NEAR(of_columns("power (Wh/h)", {p}), of_p, rounding);
}

TEST(TableSeries, CellsMayHaveTheUnitsThatTheirHeadingsLack) {
  const auto text =
      log_of("\"Time\",\"GPU 0\",\"Node\"", {[](int i) {
               return fmt::format("2026-11-05 {},{:.3f} W,{:.6f} kW", clock_of(i), p(i), 6 * p(i) / 1000);
             }});
  const auto imported = import_text("grafana.csv", text);
  EXPECT_NEAR(imported.joules(), 6 * of_p, rounding);
  EXPECT_TRUE(imported.has("gpu0_power"));
  EXPECT_NEAR(joules(log_of("Time,GPU 0,GPU 1", {[](int i) {
                              return fmt::format("2026-11-05 {},{:.3f} W,{:.3f} W", clock_of(i), p(i), q(i));
                            }})),
              of_p + of_q, rounding);
}

TEST(TableSeries, AdviceNeverNamesAnotherQuantity) {
  const auto advice = [](const std::string& text) { return import_error("log.csv", text).message; };
  EXPECT_THAT(advice("timestamp,power\n2026-11-05 10:00:00,5000\n2026-11-05 10:00:01,5000\n"),
              HasSubstr("--columns time=…,power_mw=power says that it is in milliwatts"));
  EXPECT_THAT(advice("timestamp,cpu_power,gpu_power\n2026-11-05 10:00:00,50,60\n2026-11-05 10:00:01,50,60\n"),
              HasSubstr("cpu_power_w=cpu_power,gpu_power_w=gpu_power"));
  EXPECT_THAT(advice("label,timestamp,duration,pkg,dram\nt,1762336800.0,1000000,500,600\n"),
              HasSubstr("--columns time=timestamp,power_w=…"));
  EXPECT_THAT(advice("timestamp,gpu_util,temperature\n2026-11-05 10:00:00,90,60\n"), HasSubstr("power_w=…"));
  EXPECT_THAT(advice("2026-11-05 10:00:00 200.0\n2026-11-05 10:00:01 200.0\n"),
              HasSubstr("--columns date=1,time=2,power_w=3"));
}

TEST(TableSeries, ElapsedTimesOfPandas) {
  ImportOptions options;
  options.start = WallTime{1'762'336'800'000'000'000};
  std::string text = "elapsed,power_w\n";
  for (int i = 0; i < seconds; ++i) text += fmt::format("0 days 00:{:02}:{:02}.500000,200\n", i / 60, i % 60);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text, options).joules(), 119 * 200);
}

TEST(TableSeries, NumbersWithoutAUnitAreSaidToBeSeconds) {
  ImportOptions options;
  options.start = WallTime{1'762'336'800'000'000'000};
  std::string text = "time,power_w\n";
  for (int i = 0; i < seconds; ++i) text += fmt::format("{},200\n", 5 * i);
  const auto imported = import_text("log.csv", text, options);
  EXPECT_THAT(imported.run().notes, Contains(HasSubstr("taken as seconds")));
}

TEST(TableSeries, ManyColumnsAreReadInTime) {
  std::string heading = "timestamp", row;
  for (int i = 0; i < 1200; ++i) {
    heading += fmt::format(",c{}_w", i);
    row += ",2";
  }
  std::string text = heading + "\n";
  for (int i = 0; i < 11; ++i) text += fmt::format("2026-11-05 10:00:{:02}{}\n", i, row);
  EXPECT_NEAR(import_text("wide.csv", text).joules(), 1200 * 2 * 10, 1);
}

}  // namespace
}  // namespace joulecast::formats
