#include "tradeoff/constraint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::tradeoff {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> columns{"gpu", "f1", "energy_mj", "duration_h", "emissions_g"};

Constraint parsed(const char* text) {
  const auto constraint = parse_constraint(text, columns);
  EXPECT_TRUE(constraint) << to_string(constraint.error());
  return constraint.value_or(Constraint{});
}
std::string refused(const char* text, const std::vector<std::string>& names = columns) {
  const auto constraint = parse_constraint(text, names);
  return constraint ? "" : to_string(constraint.error());
}

TEST(UnitOfColumn, ReadsTheEndOfTheName) {
  EXPECT_EQ(unit_of_column("energy_mj").factor, 1e6);
  EXPECT_EQ(unit_of_column("energy_kwh_with_pue").symbol, "kWh");
  EXPECT_EQ(unit_of_column("forward_energy_uj").factor, 1e-6);
  EXPECT_EQ(unit_of_column("duration_h").dimension, Dimension::time);
  EXPECT_EQ(unit_of_column("emissions_g").dimension, Dimension::emissions);
  EXPECT_EQ(unit_of_column("f1").dimension, Dimension::plain);
  EXPECT_EQ(unit_of_column("g").dimension, Dimension::plain);
  EXPECT_EQ(unit_of_column("power_limit_w").dimension, Dimension::plain);
}

TEST(ParseQuantity, ReadsNumbersWithAndWithoutUnit) {
  EXPECT_EQ(parse_quantity("0.9")->value, 0.9);
  EXPECT_EQ(parse_quantity("90 %")->value, 0.9);
  EXPECT_EQ(parse_quantity("1 kWh")->value, 3.6e6);
  EXPECT_EQ(parse_quantity("8h")->value, 28800);
  EXPECT_EQ(parse_quantity("2.5 kg")->value, 2500);
  EXPECT_FALSE(parse_quantity("much"));
  EXPECT_FALSE(parse_quantity(""));
  EXPECT_FALSE(parse_quantity("3 parsec"));
}

TEST(Constraint, UnderMeansTheColumnOfThatUnit) {
  const auto time = parsed("under 8 h");
  EXPECT_EQ(time.column, "duration_h");
  EXPECT_EQ(time.limit, 8);
  const auto energy = parsed("under 1 kWh");
  EXPECT_EQ(energy.column, "energy_mj");
  EXPECT_DOUBLE_EQ(energy.limit, 3.6);
  EXPECT_EQ(parsed("Under 2 kg").column, "emissions_g");
}

TEST(Constraint, ReadsRelations) {
  const auto quality = parsed("F1 >= best - 0.02");
  EXPECT_EQ(quality.column, "f1");
  EXPECT_TRUE(quality.relative_to_best);
  EXPECT_EQ(quality.limit, -0.02);
  EXPECT_TRUE(holds(quality, 0.96, 0.98));
  EXPECT_FALSE(holds(quality, 0.9599, 0.98));
  EXPECT_EQ(parsed("energy <= best + 10 kJ").limit, 0.01);
  EXPECT_EQ(parsed("time<30 min").limit, 0.5);
  EXPECT_FALSE(holds(parsed("f1 > 0.9"), 0.9, 1));
  EXPECT_TRUE(holds(parsed("f1 >= 90%"), 0.9, 1));
  EXPECT_TRUE(parsed("f1 >= best").relative_to_best);
}

TEST(Constraint, SaysWhatItCannotRead) {
  EXPECT_THAT(refused("make it good"), HasSubstr("is not a requirement"));
  EXPECT_THAT(refused("recall > 0.9"), HasSubstr("no column recall; there are gpu, f1"));
  EXPECT_THAT(refused("f1 >= high"), HasSubstr("'high' is not a limit"));
  EXPECT_THAT(refused("f1 >= best * 2"), HasSubstr("cannot read"));
  EXPECT_THAT(refused("under 8"), HasSubstr("no unit"));
  EXPECT_THAT(refused("f1 < 8 h"), HasSubstr("f1 counts plain numbers"));
  EXPECT_THAT(refused("energy_mj < 8 h"), HasSubstr("counts energy, the limit is one of time"));
  EXPECT_THAT(refused("under 8 h", {"wait_s", "train_s"}), HasSubstr("wait_s or train_s: name the column"));
  EXPECT_THAT(refused("under 8 h", {"f1"}), HasSubstr("no column holds time"));
}

}  // namespace
}  // namespace joulecast::tradeoff
