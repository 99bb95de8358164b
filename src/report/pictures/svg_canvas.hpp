// Draws the common parts of the SVG plots: frame, text, axes and legend. Internal to src/report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/pictures/scale.hpp"
#include "report/pictures/svg.hpp"

namespace joulecast::report {

struct Point {
  double x = 0;
  double y = 0;
};

/// A rectangle in pixels; y grows downwards.
struct Frame {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  [[nodiscard]] bool meets(const Frame& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

enum class Anchor { start, middle, end };

/// How an entry of the legend is drawn.
enum class Swatch {
  line,
  steps,
  dots,
  faint_dots,
  bars,
  rings,
  area,
  layer,
  stage,
  gap,
  waste,
  limited,
  hot,
  ticks
};

class SvgCanvas {
 public:
  explicit SvgCanvas(const SvgOptions& options) : options_(options) {}

  /// Colour class of the i-th series. Colours repeat after eight.
  [[nodiscard]] static std::string colour_class(std::size_t index);
  /// Width of the text in pixels, estimated for a wide sans serif.
  [[nodiscard]] static double width_of(std::string_view text);
  static constexpr double line_height = 18;
  static constexpr double margin = 14;

  void raw(std::string_view element) { body_ += element; }
  void text(double x, double y, std::string_view content, Anchor anchor = Anchor::start,
            std::string_view css_class = "ink");
  void line(double x1, double y1, double x2, double y2, std::string_view css_class);
  /// A dot whose shape tells series apart: circle, square, triangle, diamond …
  void dot(Point at, double radius, std::size_t look, bool faint);

  /// Title and subtitle, broken into lines that fit. Returns the y below them. An embedded picture has no
  /// title.
  double heading(const std::string& title, const std::string& subtitle);

  struct Entry {
    std::string label;
    Swatch swatch = Swatch::line;
    std::size_t look = 0;
  };
  /// Draws the legend in rows from y on and returns the y below it.
  double legend(double y, const std::vector<Entry>& entries);

  /// `label` may be empty: then only the grid and, if `numbers`, the numbers are drawn.
  void x_axis(const Frame& frame, const Scale& scale, const std::string& label, bool numbers = true);
  void y_axis(const Frame& frame, const Scale& scale, const std::string& label);
  /// How much room the y axis needs on the left.
  [[nodiscard]] static double y_axis_room(const Scale& scale, double height);

  /// The finished document. Screen readers read `title` and `description`.
  [[nodiscard]] std::string document(double height, const std::string& title,
                                     const std::string& description = "") const;

 private:
  void swatch(double x, double y, const Entry& entry);
  SvgOptions options_;
  std::string body_;
};

/// Lines of at most `width` pixels, broken at blanks.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text, double width);

}  // namespace joulecast::report
