#include "report/json_writer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

std::string written(auto value) {
  JsonWriter json;
  json.value(value);
  return std::move(json).text();
}

TEST(JsonWriters, WriteWhatTheLibraryWrites) {
  JsonWriter json;
  json.begin_object();
  json.key("none");
  json.begin_array();
  json.end_array();
  json.key("some");
  json.begin_array();
  json.value(-3);
  json.begin_object();
  json.end_object();
  json.null();
  json.value(true);
  json.end_array();
  json.member("unit", Joules{2.5});
  json.member("unknown", std::optional<Joules>());
  json.member_or_null("empty", "");
  json.member("last", std::size_t{7});
  json.end_object();
  const Json same{{"none", Json::array()}, {"some", {-3, Json::object(), nullptr, true}},
                  {"unit", 2.5},           {"unknown", nullptr},
                  {"empty", nullptr},      {"last", 7}};
  EXPECT_EQ(std::move(json).text(), json_text(same));
}

TEST(JsonWriters, WriteNumbersAsTheLibrary) {
  for (const double number :
       {0.0, -0.0, 1.0, -1.5, 0.1, 0.001, 0.0001, 0.00001, 123456789012345.0, 1e16, 1e22, -1e22, 5e-324,
        1.7976931348623157e308, 810000000.0, 0.3333333333333333, 1e100, 100.0})
    EXPECT_EQ(written(number), json_text(Json(number)));
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null\n");
  EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "null\n");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808\n");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615\n");
}

TEST(JsonWriters, WriteEachNumberSoThatItIsReadAgain) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    EXPECT_EQ(Json::parse(written(number)).get<double>(), number);
  }
}

TEST(JsonWriters, WriteTextsAsTheLibrary) {
  for (const std::string text : {"", "plain", "with \"quotes\" and \\", "line\nfeed\ttab", "Jül\xc3\xbc",
                                 "\x1b[31mred", "bad \xff byte", "\x7f", "right to left \xe2\x80\xae"})
    EXPECT_EQ(written(std::string_view(text)), json_text(Json(text))) << text;
}

}  // namespace
}  // namespace joulecast::report
