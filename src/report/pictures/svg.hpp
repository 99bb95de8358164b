// Plots as SVG: one self-contained file without scripts and without external fonts or styles. Colours follow
// the viewer's light or dark setting and are distinguishable with colour blindness (Okabe and Ito 2008);
// marks, dashes and patterns tell series apart where there is no colour. Text is escaped.
#pragma once

#include <string>
#include <string_view>

#include "report/pictures/plot.hpp"

namespace joulecast::report {

struct SvgOptions {
  /// The text keeps its size, so that a narrow picture stays readable on a phone or in a paper's column.
  int width = 520;
  /// Height of a Plot. The others are as high as their rows need.
  int height = 360;
  /// The picture is part of a page that has svg_style() and svg_patterns() once for all pictures, and that
  /// shows the title itself.
  bool embedded = false;
};

/// Long lines are reduced to what the width can show: the first, lowest, highest and last value of each pixel
/// column. So the file stays small for any trace. Labels of points are placed where they cover neither marks,
/// lines nor each other; the subtitle says if there was no room for some.
[[nodiscard]] std::string to_svg(const Plot& plot, const SvgOptions& options = {});

/// Draws at most 16 panels, and says so if there are more. "" if there is none.
[[nodiscard]] std::string to_svg(const Panels& panels, const SvgOptions& options = {});

/// Draws at most 60 groups and 500 dots per group, and says so if there are more.
[[nodiscard]] std::string to_svg(const BoxPlot& plot, const SvgOptions& options = {});

/// Draws at most 60 rows, and says so if there are more.
[[nodiscard]] std::string to_svg(const IntervalPlot& plot, const SvgOptions& options = {});

[[nodiscard]] std::string to_svg(const ShareBar& bar, const SvgOptions& options = {});

/// The style sheet of every picture.
[[nodiscard]] std::string svg_style();
/// The patterns that pictures refer to, as the content of an <svg> element.
[[nodiscard]] std::string svg_patterns();

/// Escapes text for XML: &, <, > and quotes. Control characters and invalid UTF-8 are replaced.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace joulecast::report
