#include "session/machine/timed_series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::HasSubstr;

WallTime at(const char* text) {
  return moment_from(text, "start").value();
}

TEST(TimedSeries, LiesOnALineBetweenItsValuesAndIsUnknownBeyond) {
  const TimedSeries series({at("2026-02-01T00:00Z"), at("2026-02-01T02:00Z"), at("2026-02-01T12:00Z")},
                           {10, 20, 30});
  EXPECT_EQ(series.at(at("2026-02-01T00:00Z")), 10);
  EXPECT_EQ(series.at(at("2026-02-01T01:30Z")), 17.5);
  EXPECT_EQ(series.at(at("2026-02-01T12:00Z")), 30);
  EXPECT_FALSE(series.at(at("2026-01-31T23:59Z")));
  EXPECT_FALSE(series.at(at("2026-02-01T12:01Z")));
  EXPECT_FALSE(series.at(at("2026-02-01T06:00Z"))) << "ten hours without a value";
}

TEST(Moment, IsReadWithAndWithoutSecondsAndZone) {
  EXPECT_EQ(at("2026-02-01T13:00Z"), at("2026-02-01T13:00:00Z"));
  EXPECT_EQ(at("2026-02-01T14:00+01:00"), at("2026-02-01T13:00Z"));
  EXPECT_EQ(at("2026-02-01 13:00"), at("2026-02-01T13:00Z"));
  EXPECT_EQ(at("2026-02-01"), at("2026-02-01T00:00Z"));
  for (const char* text : {"", "noon", "13:00", "2026-02-30T13:00Z", "2026-02-01T25:00Z"}) {
    const auto moment = moment_from(text, "start");
    ASSERT_FALSE(moment) << text;
    EXPECT_EQ(moment.error().where, "start");
  }
}

TEST(TimedSeries, IsReadFromATable) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "weather.csv";
  const auto read = [&](const char* text) {
    std::ofstream(file) << text;
    return read_timed_series(file, "temperature_c", -90, 60);
  };
  const auto series = read(
      "time,humidity,temperature_c\n2026-02-01T00:00Z,40,5\n2026-02-01T01:00Z,41,\n"
      "2026-02-01T02:00Z,40,7\n");
  ASSERT_TRUE(series) << to_string(series.error());
  EXPECT_EQ(series->at(at("2026-02-01T01:00Z")), 6);
  for (const auto& [text, expected] :
       {std::pair{"time,temperature_c\n", "has no temperature_c"},
        std::pair{"time,t\n1,2\n", "temperature_c"},
        std::pair{"time,temperature_c\n2026-02-01T00:00Z,warm\n", "weather.csv:2"},
        std::pair{"time,temperature_c\n2026-02-01T00:00Z,300\n", "beyond -90 to 60"},
        std::pair{"time,temperature_c\n2026-02-01T00:00Z,3\n2026-02-01T00:00Z,4\n", "time does not rise"}}) {
    const auto wrong = read(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_THAT(to_string(wrong.error()), HasSubstr(expected));
  }
}

}  // namespace
}  // namespace joulecast::session
