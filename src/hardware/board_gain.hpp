// The gain of single GPU boards: how much more power a meter shows than the board itself. It differs from
// board to board of one kind, so it is only used for the board that was measured.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trace/trace.hpp"

namespace joulecast::hardware {

struct BoardGain {
  std::string uuid;
  std::string name;         ///< "NVIDIA A100-SXM4-80GB"; may be empty
  double gain = 1;          ///< true power over what the board tells
  double uncertainty = 0;   ///< half-width of a 90 % interval, as a share
  std::string measured_on;  ///< "2026-11-29"
};

/// $JOULECAST_BOARD_GAINS, or board-gains.csv in the user's data folder.
[[nodiscard]] Result<std::filesystem::path> board_gains_file();
/// Empty where there is no such file. malformed with its line for a gain that is not between 0.5 and 2.
[[nodiscard]] Result<std::vector<BoardGain>> read_board_gains(const std::filesystem::path& file);
/// Adds a board to the file, or replaces its line.
[[nodiscard]] Status put_board_gain(const std::filesystem::path& file, BoardGain gain);

/// How a channel says that its values are corrected: "times 1.053, measured against a meter on 2026-11-29".
[[nodiscard]] std::string gain_note(const BoardGain& gain);
/// The gain in such a note; nothing if there is none.
[[nodiscard]] std::optional<double> gain_in_note(std::string_view note);

struct GainFit {
  double gain = 1;         ///< energy by the meter over energy by the board, while both measured
  double uncertainty = 0;  ///< the largest deviation of a stretch of the record; at least 1 %
  Seconds shift{0};        ///< what must be added to the meter's times
  double correlation = 0;  ///< of the two powers, after the shift
  Seconds length{0};       ///< of the time that both measured
  Joules board{0};
  Joules meter{0};
};

/// Compares a board's own power or energy with a meter on the same board. Their clocks need not agree: the
/// meter is moved to where both powers correlate best. invalid where they share less than 5 s, hardly change,
/// or do not resemble each other.
[[nodiscard]] Result<GainFit> fit_gain(const trace::Trace& board, const trace::Trace& meter);

}  // namespace joulecast::hardware
