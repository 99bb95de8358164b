#include "base/text.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

template <class Text>
concept CanBeSplit = requires(Text&& text) {
  split(std::forward<Text>(text), ',');
};

// The parts are views, so a temporary string must not be accepted: the views would outlive it.
static_assert(CanBeSplit<std::string&> && CanBeSplit<const std::string&> && CanBeSplit<std::string_view> &&
              CanBeSplit<const char*>);
static_assert(!CanBeSplit<std::string> && !CanBeSplit<const std::string>);

TEST(ParseDouble, TakesWholeFiniteNumbersOnly) {
  EXPECT_EQ(parse_double("1.5e3"), 1500.0);
  EXPECT_EQ(parse_double("+2"), 2.0);
  for (const auto* bad : {"", "1.5x", " 1", "nan", "inf", "1e999", "-", "0x10"})
    EXPECT_FALSE(parse_double(bad)) << bad;
}

TEST(ParseEnergy, NeedsAUnit) {
  EXPECT_EQ(parse_energy("2kWh"), Joules{7.2e6});
  EXPECT_EQ(parse_energy(" 500 wh "), Joules{1.8e6});
  EXPECT_EQ(parse_energy("3.5MJ"), Joules{3.5e6});
  EXPECT_EQ(parse_energy("5 mJ"), Joules{5e-3});
  EXPECT_EQ(parse_energy("5mWh"), Joules{18});
  EXPECT_EQ(parse_energy("2 MWh"), Joules{7.2e9});
  EXPECT_EQ(parse_energy("5mj"), std::nullopt);  // milli or mega?
  EXPECT_EQ(parse_energy("5mwh"), std::nullopt);
  EXPECT_EQ(parse_energy("mJ"), std::nullopt);
  for (const auto* bad : {"", "2", "kWh", "2 kW", "x2kWh", "nankWh"}) EXPECT_FALSE(parse_energy(bad)) << bad;
}

TEST(ParseDuration, BareNumbersAreSeconds) {
  EXPECT_EQ(parse_duration("90"), Seconds{90});
  EXPECT_EQ(parse_duration("100ms"), Seconds{0.1});
  EXPECT_EQ(parse_duration("8 h"), Seconds{28800});
  for (const auto* bad : {"", "h", "1 fortnight"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(ToText, KeepsThreeDigitsAndAFittingPrefix) {
  EXPECT_EQ(to_text(Joules{1234}), "1.23 kJ");
  EXPECT_EQ(to_text(Joules{999.99}), "1.00 kJ");
  EXPECT_EQ(to_text(Joules{0}), "0.00 J");
  EXPECT_EQ(to_text(KilowattHours{3.75e-10}), "375 nWh");
  EXPECT_EQ(to_text(Joules{1.5e308}), "1.50e+296 TJ");
  EXPECT_EQ(to_text(Watts{87.06}), "87.1 W");
  EXPECT_EQ(to_text(KilowattHours{0.0123}), "12.3 Wh");
  EXPECT_EQ(to_text(Seconds{247}), "4 min 07 s");
  EXPECT_EQ(to_text(Seconds{7500}), "2 h 05 min");
}

}  // namespace
}  // namespace joulecast
