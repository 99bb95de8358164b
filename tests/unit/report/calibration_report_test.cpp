#include "report/forecast/calibration_report.hpp"

#include <gmock/gmock.h>

namespace joulecast::report {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CalibrationReport, SaysThatTheMachineWasNotIdle) {
  session::CalibrationResult calibration;
  EXPECT_THAT(to_text(calibration), Not(HasSubstr("not idle")));
  EXPECT_THAT(to_json_text(calibration), HasSubstr("\"busy_while_idle\": null"));
  calibration.busy = 0.98;
  EXPECT_THAT(to_text(calibration), HasSubstr("not idle: its CPUs were 98 % busy"));
  EXPECT_THAT(to_json_text(calibration), HasSubstr("\"busy_while_idle\": 0.98"));
}

}  // namespace
}  // namespace joulecast::report
