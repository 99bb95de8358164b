#include "report/machine/board_calibration_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {

std::string to_text(const session::BoardCalibration& calibration) {
  const auto& [board, fit, channel, file] = calibration;
  return fmt::format(
      "{} {}\n"
      "  meter    {} in the {} that both measured\n"
      "  board    {} by {}\n"
      "  gain     {:.4f} ± {:.1f} %\n"
      "  aligned  the meter's times plus {:.2f} s (correlation {:.3f})\n"
      "Written to {}. This board is corrected by it from now on.\n",
      printable(board.uuid), printable(board.name), to_text(fit.meter), to_text(fit.length),
      to_text(fit.board), printable(channel), board.gain, 100 * board.uncertainty, fit.shift.value(),
      fit.correlation, file.string());
}

std::string to_json_text(const session::BoardCalibration& calibration) {
  const auto& [board, fit, channel, file] = calibration;
  return json_text(nlohmann::ordered_json{{"uuid", board.uuid},
                                          {"name", board.name},
                                          {"gain", board.gain},
                                          {"uncertainty", board.uncertainty},
                                          {"measured_on", board.measured_on},
                                          {"channel", channel},
                                          {"length_s", fit.length.value()},
                                          {"meter_j", fit.meter.value()},
                                          {"board_j", fit.board.value()},
                                          {"shift_s", fit.shift.value()},
                                          {"correlation", fit.correlation},
                                          {"file", file.string()}});
}

}  // namespace joulecast::report
