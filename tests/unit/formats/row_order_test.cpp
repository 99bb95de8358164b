// Logs whose rows are not in the order of time, whose times are odd, or that lack a stretch of time.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "formats/support/tidy_rows.hpp"
#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* heading = "timestamp, index, power.draw [W]\n";

std::string clock_of(int second) {
  return fmt::format("{:02}:{:02}:{:02}", 10 + second / 3600, second / 60 % 60, second % 60);
}

std::string row(int second, double watts = 200) {
  return fmt::format("2026/11/05 {}.000, 0, {:.2f} W\n", clock_of(second), watts);
}

std::vector<std::string> rows(int count, int step = 1) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) rows.push_back(row(i * step));
  return rows;
}

std::string log_of(const std::vector<std::string>& rows) {
  std::string text = heading;
  for (const auto& row : rows) text += row;
  return text;
}

double joules_of(const std::vector<std::string>& rows) {
  return import_text("gpu.csv", log_of(rows)).joules();
}

TEST(RowOrder, NewestFirst) {
  for (const int step : {1, 10, 60}) {
    auto lines = rows(60, step);
    std::ranges::reverse(lines);
    const auto imported = import_text("gpu.csv", log_of(lines));
    EXPECT_DOUBLE_EQ(imported.joules(), 200 * 59 * step);
    EXPECT_THAT(imported.run().notes, Contains(HasSubstr("newest first")));
  }
  EXPECT_DOUBLE_EQ(joules_of({row(2), row(1), row(0)}), 400);
}

TEST(RowOrder, Shuffled) {
  auto lines = rows(60);
  std::shuffle(lines.begin(), lines.end(), std::mt19937(1));
  EXPECT_DOUBLE_EQ(joules_of(lines), 200 * 59);
}

TEST(RowOrder, RowsThatComeLate) {
  auto lines = rows(600);
  for (std::size_t i = 20; i + 10 < lines.size(); i += 50)
    std::rotate(lines.begin() + static_cast<std::ptrdiff_t>(i),
                lines.begin() + static_cast<std::ptrdiff_t>(i + 3),
                lines.begin() + static_cast<std::ptrdiff_t>(i + 9));
  EXPECT_DOUBLE_EQ(joules_of(lines), 200 * 599);
}

TEST(RowOrder, PartsInTheWrongOrder) {
  auto lines = rows(60);
  std::rotate(lines.begin(), lines.begin() + 30, lines.end());
  EXPECT_DOUBLE_EQ(joules_of(lines), 200 * 59);
}

TEST(RowOrder, AFileAppendedToItself) {
  auto lines = rows(120);
  for (int i = 0; i < 120; ++i) lines.push_back(row(i));
  const auto imported = import_text("gpu.csv", log_of(lines));
  EXPECT_DOUBLE_EQ(imported.joules(), 200 * 119);
  EXPECT_THAT(imported.run().notes, Contains(HasSubstr("120 rows that the file has twice")));
}

TEST(RowOrder, TwoRecordersThatWriteInTurn) {
  std::vector<std::string> lines;
  for (int block = 0; block < 5; ++block)
    for (const char* fraction : {".000", ".500"})
      for (int i = 120 * block; i < 120 * (block + 1); ++i) {
        auto line = row(i, fraction[1] == '0' ? 200 : 202);
        line.replace(line.find(".000"), 4, fraction);
        lines.push_back(line);
      }
  EXPECT_NEAR(joules_of(lines), 201 * 599.5, 201);
}

TEST(RowOrder, AClockThatWasSetLeavesRowsInTheirPlaces) {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) lines.push_back(row(i < 30 ? 3600 + i : i));
  EXPECT_NEAR(joules_of(lines), 200 * 59, 200);
}

TEST(RowOrder, LinesOfFaultsAreThoseOfTheFile) {
  auto lines = rows(10);
  std::ranges::reverse(lines);
  lines[3] = "2026/11/05 10:00:06.000, 0, broken W\n";
  const auto imported = import_text("gpu.csv", log_of(lines));
  EXPECT_THAT(imported.report.faults, Contains(HasSubstr("gpu.csv:5:")));
}

TEST(RowOrder, AStrayRowIsLeftOut) {
  auto lines = rows(60);
  lines[30] = "2026/11/06 10:00:30.000, 0, 200.00 W\n";
  EXPECT_DOUBLE_EQ(joules_of(lines), 200 * 59);
  lines = rows(60);
  lines.push_back("2026/11/06 10:00:30.000, 0, 200.00 W\n");
  EXPECT_DOUBLE_EQ(joules_of(lines), 200 * 59);
}

TEST(RowOrder, RowsFromBeforeTheClockWasSetAreLeftOut) {
  auto lines = rows(60);
  for (int i = 0; i < 5; ++i) lines[i] = fmt::format("1970/01/01 00:00:{:02}.000, 0, 200.00 W\n", i);
  const auto imported = import_text("gpu.csv", log_of(lines));
  EXPECT_DOUBLE_EQ(imported.joules(), 200 * 54);
  EXPECT_DOUBLE_EQ(imported.run().span.length().value(), 54);
}

TEST(RowOrder, StampsOfWholeSecondsAreSpread) {
  std::string text = heading;
  for (int i = 0; i < 600; ++i)
    text += fmt::format("2026/11/05 {}, 0, {}.00 W\n", clock_of(i / 10), i % 10 == 0 ? 300 : 100);
  EXPECT_NEAR(import_text("gpu.csv", text).joules(), 120 * 60, 60);
}

TEST(RowOrder, StampsOfWholeSecondsAreSpreadForEachDevice) {
  std::string text = "timestamp, index, power.draw [W]\n";
  for (int i = 0; i < 50; ++i)
    for (int gpu = 0; gpu < 2; ++gpu)
      text += fmt::format("2026/11/05 10:00:{:02}, {}, {} W\n", i / 5, gpu, i % 5 == 0 ? 100 : 200);
  EXPECT_NEAR(import_text("gpu.csv", text).joules(), 2 * (180 * 9.8), 20);
}

TEST(LogGaps, ASilenceAmongTheFirstRowsIsSeen) {
  for (int after = 1; after < 8; ++after)
    for (const bool smi : {true, false}) {
      std::string text = smi ? heading : "timestamp,power_w\n";
      for (int i = 0; i < 60; ++i) {
        const auto second = i < after ? i : i + 3000;
        text += smi ? row(second) : fmt::format("2026-11-05T{},200\n", clock_of(second));
      }
      const auto imported = import_text("gpu.csv", text);
      EXPECT_DOUBLE_EQ(imported.joules(), 200 * 58) << after << smi;
      EXPECT_DOUBLE_EQ(imported.report.runs[0].gaps.value(), 3001) << after << smi;
    }
}

TEST(LogGaps, TwoRunsInOneFileAreNotJoined) {
  auto lines = rows(60);
  for (int i = 0; i < 60; ++i) lines.push_back(row(7200 + i));
  const auto imported = import_text("gpu.csv", log_of(lines));
  EXPECT_DOUBLE_EQ(imported.joules(), 2 * 200 * 59);
  EXPECT_DOUBLE_EQ(trace::energy_of(imported.run()).not_measured->value(), 7200 - 59);
}

double joules_of_dates(const std::vector<std::string>& times) {
  std::string text = "timestamp,power_w\n";
  for (const auto& time : times) text += time + ",200\n";
  return import_text("log.csv", text).joules();
}

TEST(LogDates, DayAndMonthAreToldByTheWholeFile) {
  EXPECT_DOUBLE_EQ(joules_of_dates({"11/01/2026 23:59:00", "11/01/2026 23:59:30", "12/01/2026 00:00:00"}),
                   12'000);
  EXPECT_DOUBLE_EQ(joules_of_dates({"01/11/2026 23:59:00", "01/11/2026 23:59:30", "01/12/2026 00:00:00"}),
                   12'000);
  EXPECT_DOUBLE_EQ(joules_of_dates({"31/10/2026 23:59:00", "31/10/2026 23:59:30", "01/11/2026 00:00:00"}),
                   12'000);
  EXPECT_DOUBLE_EQ(joules_of_dates({"10/31/2026 23:59:00", "10/31/2026 23:59:30", "11/01/2026 00:00:00"}),
                   12'000);
}

TEST(LogDates, WhatIsAssumedIsTold) {
  const auto imported = import_text("log.csv",
                                    "timestamp,power_w\n05/11/2026 10:00:00,200\n05/11/2026 10:00:01,200\n"
                                    "05/11/2026 10:00:02,200\n");
  EXPECT_THAT(imported.run().notes, Contains(HasSubstr("read as month/day")));
}

TEST(LogDates, HalvesOfTheDay) {
  EXPECT_DOUBLE_EQ(joules_of_dates({"11/05/2026 11:59:58 AM", "11/05/2026 11:59:59 AM",
                                    "11/05/2026 12:00:00 PM", "11/05/2026 12:00:01 PM"}),
                   600);
}

}  // namespace
}  // namespace joulecast::formats
