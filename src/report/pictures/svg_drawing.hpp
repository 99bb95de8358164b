// Draws a plot into a frame of a canvas. Internal to src/report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/pictures/label_layout.hpp"
#include "report/pictures/plot.hpp"
#include "report/pictures/scale.hpp"
#include "report/pictures/svg_canvas.hpp"

namespace joulecast::report {

struct PlotScales {
  Scale x;
  Scale y;
};
/// Not finished yet, so that scales of several plots can be joined.
[[nodiscard]] PlotScales scales_of(const Plot& plot);
void include_x(const Plot& plot, Scale& x);
void include_y(const Plot& plot, Scale& y);

/// What the legend lists, in the order of drawing.
[[nodiscard]] std::vector<SvgCanvas::Entry> legend_of(const Plot& plot);

class PlotDrawing {
 public:
  PlotDrawing(SvgCanvas& canvas, const Plot& plot, const Frame& frame, const PlotScales& scales)
      : canvas_(canvas), plot_(plot), frame_(frame), x_(scales.x), y_(scales.y), labels_(frame) {}

  /// Everything within the frame; the axes are the caller's.
  void draw();
  /// Labels for which there was no room.
  [[nodiscard]] std::size_t labels_left_out() const { return labels_left_out_; }

 private:
  [[nodiscard]] Point place(double x, double y) const;
  /// The points to draw for a line. A NaN point interrupts the line.
  [[nodiscard]] std::vector<Point> thinned(const std::vector<double>& x, const std::vector<double>& y) const;
  void draw_stretches(Shade shade);
  void draw_stretch(const Stretch& stretch);
  void draw_ticks();
  void draw_band(const Band& band, std::size_t look);
  void draw_series(const Series& series, std::size_t look);
  void draw_line(const Series& series, std::size_t look);
  void draw_bars(const Series& series, std::size_t look);
  void draw_whiskers(const Series& series, std::size_t look);
  void draw_dots(const Series& series, std::size_t look);
  void draw_labels(const Series& series);
  void draw_rule(const Rule& rule);

  SvgCanvas& canvas_;
  const Plot& plot_;
  Frame frame_;
  const Scale& x_;
  const Scale& y_;
  LabelLayout labels_;
  std::size_t labels_left_out_ = 0;
  std::vector<Frame> rule_labels_;
};

}  // namespace joulecast::report
