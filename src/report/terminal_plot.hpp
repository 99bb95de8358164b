// Plots for a terminal: plain characters, with or without colour and Unicode.
#pragma once

#include <string>

#include "report/plot.hpp"

namespace joulecast::report {

struct TerminalOptions {
  int width = 78;       ///< characters, labels included
  int height = 16;      ///< lines of the picture itself (of a Plot)
  bool unicode = true;  ///< lines in braille dots; otherwise ASCII marks
  bool colour = false;  ///< ANSI colours
};

/// What suits this process' standard output: its width, Unicode by the locale's name, colour where it is a
/// terminal and NO_COLOR is not set.
[[nodiscard]] TerminalOptions terminal_options();

/// Bands are drawn by their two edges. A series' mark is in the legend below the picture.
[[nodiscard]] std::string to_terminal(const Plot& plot, const TerminalOptions& options = {});

/// One line a group: whiskers, box, median.
[[nodiscard]] std::string to_terminal(const BoxPlot& plot, const TerminalOptions& options = {});

}  // namespace joulecast::report
