#include "trace/forecast_doubt.hpp"

#include <gtest/gtest.h>

#include <set>

namespace joulecast::trace {
namespace {

TEST(ForecastDoubt, EachHasANameAndAReasonThatNoOtherHas) {
  std::set<std::string_view> names, reasons;
  for (int i = 0; i <= static_cast<int>(ForecastDoubt::unproven_steps); ++i) {
    const auto doubt = static_cast<ForecastDoubt>(i);
    EXPECT_EQ(forecast_doubt_from(name_of(doubt)), doubt);
    EXPECT_EQ(reason_of(doubt).empty(), doubt == ForecastDoubt::none);
    EXPECT_TRUE(names.insert(name_of(doubt)).second);
    EXPECT_TRUE(reasons.insert(reason_of(doubt)).second);
  }
  EXPECT_FALSE(forecast_doubt_from("of another version"));
}

}  // namespace
}  // namespace joulecast::trace
