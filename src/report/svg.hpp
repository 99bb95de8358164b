// Plots as SVG: one self-contained file without scripts and without external fonts or styles. Colours follow
// the viewer's light or dark setting and are distinguishable with colour blindness (Okabe and Ito 2008). Text
// is escaped.
#pragma once

#include <string>
#include <string_view>

#include "report/plot.hpp"

namespace joulecast::report {

struct SvgOptions {
  int width = 760;
  /// Height of a Plot. A BoxPlot is as high as its groups need.
  int height = 420;
};

/// Long lines are reduced to what the width can show: the first, lowest, highest and last value of each pixel
/// column. So the file stays small for any trace.
[[nodiscard]] std::string to_svg(const Plot& plot, const SvgOptions& options = {});

/// Draws at most 60 groups and 500 dots per group, and says so if there are more.
[[nodiscard]] std::string to_svg(const BoxPlot& plot, const SvgOptions& options = {});

/// Escapes text for XML: &, <, > and quotes. Control characters and invalid UTF-8 are replaced.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace joulecast::report
