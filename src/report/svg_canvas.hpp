// Draws the common parts of the SVG plots: frame, text, axes and legend. Internal to src/report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/scale.hpp"
#include "report/svg.hpp"

namespace joulecast::report {

/// The picture's inner rectangle in pixels; y grows downwards.
struct Frame {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

enum class Anchor { start, middle, end };

class SvgCanvas {
 public:
  /// Colour class of the i-th series. Colours repeat after eight.
  [[nodiscard]] static std::string colour_class(std::size_t index);
  /// Width of the text in pixels, estimated for a 12 px sans serif.
  [[nodiscard]] static double width_of(std::string_view text);

  void raw(std::string_view element) { body_ += element; }
  void text(double x, double y, std::string_view content, Anchor anchor = Anchor::start,
            std::string_view css_class = "ink");
  void line(double x1, double y1, double x2, double y2, std::string_view css_class);
  void title(const std::string& title, const std::string& subtitle);
  void x_axis(const Frame& frame, const Scale& scale, const std::string& label);
  void y_axis(const Frame& frame, const Scale& scale, const std::string& label);

  /// The finished document. Screen readers read `title`.
  [[nodiscard]] std::string document(int width, int height, const std::string& title) const;

 private:
  std::string body_;
};

}  // namespace joulecast::report
