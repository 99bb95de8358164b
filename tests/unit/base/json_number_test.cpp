#include "base/json_number.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace joulecast {
namespace {

template <class Number>
std::optional<Number> number(const char* text) {
  return number_of<Number>(nlohmann::json::parse(text));
}

TEST(JsonNumber, IsReadWhereTheTypeHoldsIt) {
  EXPECT_EQ(number<int>("7"), 7);
  EXPECT_EQ(number<int>("-7.9"), -7);
  EXPECT_EQ(number<int>("2147483647.5"), 2147483647);
  EXPECT_EQ(number<int>("-2147483648.5"), -2147483647 - 1);
  EXPECT_EQ(number<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(number<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number<double>("1e300"), 1e300);
}

TEST(JsonNumber, IsNothingWhereItIsNoneOrTooLarge) {
  for (const char* text : {"25276500000", "2.5e10", "-2147483649", "-1e300", "2147483648", "2147483648.0",
                           "\"7\"", "true", "null", "[7]", "{}"})
    EXPECT_EQ(number<int>(text), std::nullopt) << text;
  EXPECT_EQ(number<std::uint64_t>("-1"), std::nullopt);
  EXPECT_EQ(number<std::uint64_t>("-1.5"), std::nullopt);
  EXPECT_EQ(number<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(number<std::int64_t>("1e19"), std::nullopt);
}

}  // namespace
}  // namespace joulecast
