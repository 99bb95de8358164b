// Plots for a terminal, with or without colour and Unicode.
#pragma once

#include <string>

#include "report/pictures/plot.hpp"

namespace joulecast::report {

struct TerminalOptions {
  int width = 78;       ///< in characters, including labels
  int height = 16;      ///< lines of the picture itself, for a Plot
  bool unicode = true;  ///< draw lines with braille dots instead of ASCII marks
  bool colour = false;  ///< ANSI colours
};

/// The options that suit this process's standard output: its width, Unicode if the locale's name says so, and
/// colour if it is a terminal and NO_COLOR is not set.
[[nodiscard]] TerminalOptions terminal_options();

/// Draws a band as its two edges. The legend below the picture shows the mark of each series.
[[nodiscard]] std::string to_terminal(const Plot& plot, const TerminalOptions& options = {});

/// One line per group: whiskers, box and median.
[[nodiscard]] std::string to_terminal(const BoxPlot& plot, const TerminalOptions& options = {});

}  // namespace joulecast::report
