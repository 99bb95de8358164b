// What `joulecast calibrate --meter` found.
#pragma once

#include <string>

#include "session/machine/calibrate_board.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::BoardCalibration& calibration);
[[nodiscard]] std::string to_json_text(const session::BoardCalibration& calibration);

}  // namespace joulecast::report
