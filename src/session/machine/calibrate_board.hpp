// Measures the gain of one GPU board against a meter that recorded beside a run: `joulecast calibrate
// --meter`.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "hardware/board_gain.hpp"

namespace joulecast::session {

struct BoardCalibrationRequest {
  /// CSV with the columns time_s and power_w of everything that the board draws. Its clock may be any.
  std::filesystem::path meter;
  std::string store;  ///< path or address; "" = the user's own
  std::string run;    ///< measured or imported, while the meter recorded; see store::RunStore
  /// UUID of the board; "" = that of the run's only GPU. It names the board where an imported log does not.
  std::string gpu;
  std::filesystem::path gains;  ///< file to write into; empty = hardware::board_gains_file()
};

struct BoardCalibration {
  hardware::BoardGain board;
  hardware::GainFit fit;
  std::string channel;  ///< what was compared with the meter
  std::filesystem::path file;
};

/// Compares, and keeps the gain for all later measurements of this board. invalid where the run has no such
/// GPU, or several and none was named, where its UUID is not known, and in the cases of hardware::fit_gain().
[[nodiscard]] Result<BoardCalibration> calibrate_board(const BoardCalibrationRequest& request);

/// The meter's record as a trace.
[[nodiscard]] Result<trace::Trace> read_meter(const std::filesystem::path& file);

}  // namespace joulecast::session
