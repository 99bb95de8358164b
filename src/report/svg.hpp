// Plots as SVG: one self-contained file, no script, no font or style from elsewhere. Colours follow the
// reader's light or dark preference and tell apart for colour-blind eyes (Okabe and Ito 2008); text is
// escaped.
#pragma once

#include <string>
#include <string_view>

#include "report/plot.hpp"

namespace joulecast::report {

struct SvgOptions {
  int width = 760;
  int height = 420;  ///< of a Plot; a BoxPlot is as high as its groups need
};

/// Long lines are thinned to what the width can show (first, lowest, highest and last value of each pixel
/// column), so a trace of any length stays a small file.
[[nodiscard]] std::string to_svg(const Plot& plot, const SvgOptions& options = {});

/// Draws at most 60 groups and 500 dots a group, and says so where there are more.
[[nodiscard]] std::string to_svg(const BoxPlot& plot, const SvgOptions& options = {});

/// Text as XML character data: &, <, >, quotes escaped; control characters and broken UTF-8 replaced.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace joulecast::report
