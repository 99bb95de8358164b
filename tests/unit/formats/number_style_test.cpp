// Commas in the numbers of a table: before decimals, between thousands, or either.
#include "formats/support/number_style.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using ::testing::HasSubstr;
using Says = CommaWitness::Says;

/// A log of a second per row with these powers.
std::string log_of(std::initializer_list<const char*> powers, const char* heading = "power_w",
                   char separator = ',') {
  auto text = fmt::format("timestamp{}{}\n", separator, heading);
  int second = 0;
  for (const auto* power : powers)
    text += fmt::format("2026-11-05 10:00:{:02}{}{}\n", second++, separator, power);
  return text;
}

Says says(std::initializer_list<const char*> cells) {
  CommaWitness witness;
  for (const auto* cell : cells) witness.see(0, cell);
  return witness.says();
}

TEST(NumberStyle, IsToldByAllNumbersOfAColumn) {
  EXPECT_EQ(says({"45,123", "46,000"}), Says::nothing);
  EXPECT_EQ(says({"45,123", "46,05"}), Says::decimals);
  EXPECT_EQ(says({"45,123", "0,123"}), Says::decimals);
  EXPECT_EQ(says({"45,123 W", "1 200,500 W"}), Says::decimals);
  EXPECT_EQ(says({"1,200", "1,200.5"}), Says::thousands);
  EXPECT_EQ(says({"1,200", "1,234,567"}), Says::thousands);
  EXPECT_EQ(says({"1,200", "950"}), Says::thousands);
  EXPECT_EQ(says({"200.5", "2026-11-05 10:00:00,123", "x,y"}), Says::nothing);
}

TEST(NumberStyle, GroupingIsLeftOutBeforeADecimalComma) {
  EXPECT_EQ(without_grouping("1.234.567,5"), "1234567,5");
  EXPECT_EQ(without_grouping("1 200,5 W"), "1200,5 W");
  EXPECT_EQ(without_grouping("-1\u202f200,5"), "-1200,5");
  for (const char* other : {"12 34,5", "1200,5", "1.23,4", "5 GPUs, 3", "1.234"})
    EXPECT_EQ(without_grouping(other), other);
}

TEST(NumberStyle, WhatMayMeanEitherIsRefusedWithTheOptionThatSaysIt) {
  const auto text = log_of({R"("45,123")", R"("45,223")", R"("46,000")"});
  EXPECT_THAT(import_error("log.csv", text).message,
              HasSubstr("\"45,123\" may have decimals or thousands: --comma decimals or --comma thousands"));
  EXPECT_NEAR(import_text("log.csv", text, {.comma = CommaIn::decimals}).joules(), 90.7845, 1e-6);
  const auto tabs = log_of({"1,200", "1,200", "1,200"}, "power_w", '\t');
  EXPECT_THAT(import_error("log.csv", tabs).message, HasSubstr("--comma thousands"));
  EXPECT_NEAR(import_text("log.csv", tabs, {.comma = CommaIn::thousands}).joules(), 2400, 1e-9);
}

TEST(NumberStyle, WhatTheNumbersTellIsBelieved) {
  EXPECT_NEAR(import_text("log.csv", log_of({"950", R"("1,050")", "1000"})).joules(), 2025, 1e-9);
  EXPECT_NEAR(import_text("log.csv", log_of({R"("1 200,5")", R"("1 200,5")"})).joules(), 1200.5, 1e-9);
  EXPECT_NEAR(import_text("log.csv", log_of({"1 200,5", "1.200,5"}, "power_w", ';')).joules(), 1200.5, 1e-9);
  EXPECT_NEAR(import_text("log.csv", log_of({"200,123", "200,123"}, "power_w", ';')).joules(), 200.123, 1e-9);
}

TEST(NumberStyle, AdviceNamesTheUnitOfTheHeading) {
  EXPECT_THAT(import_error("log.csv", log_of({"1.0", "0.9", "1.1", "0.8"}, "energy_kwh")).message,
              HasSubstr("--columns time=…,energy_kwh=energy_kwh"));
  const auto energy = import_text(
      "log.csv", log_of({"1000", "2000", "3000", "4000"}, "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"));
  EXPECT_NEAR(energy.joules(), 3, 1e-9);  // dcgm_fields.h: millijoules
}

TEST(NumberStyle, ElapsedTimesGoOnBeyondADay) {
  const std::string text = "elapsed,power_w\n23:59:59,100\n24:00:00,100\n1-00:00:01,100\n";
  EXPECT_NEAR(import_text("log.csv", text, {.start = WallTime{0}}).joules(), 200, 1e-9);
}

}  // namespace
}  // namespace joulecast::formats
