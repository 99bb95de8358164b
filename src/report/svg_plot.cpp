// Lines, steps, dots, bands and rules on two axes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/svg_canvas.hpp"

namespace joulecast::report {
namespace {

struct Point {
  double x = 0;
  double y = 0;
};

class PlotDrawing {
 public:
  PlotDrawing(const Plot& plot, const SvgOptions& options)
      : plot_(plot), options_(options), x_(plot.x), y_(plot.y) {
    for (const auto& band : plot.bands) {
      x_.include(band.x);
      y_.include(band.low);
      y_.include(band.high);
    }
    for (const auto& series : plot.series) {
      x_.include(series.x);
      y_.include(series.y);
    }
    for (const auto& rule : plot.rules) (rule.vertical ? x_ : y_).include(rule.at);
    x_.finish();
    y_.finish();
  }

  std::string draw() {
    canvas_.title(plot_.title, plot_.subtitle);
    frame_ = {y_label_room(), legend(plot_.subtitle.empty() ? 48 : 66), options_.width - 18.0,
              options_.height - 50.0};
    canvas_.x_axis(frame_, x_, plot_.x.label);
    canvas_.y_axis(frame_, y_, plot_.y.label);
    std::size_t colour = 0;
    for (const auto& band : plot_.bands) draw_band(band, SvgCanvas::colour_class(colour++));
    colour = 0;
    for (const auto& series : plot_.series) draw_series(series, SvgCanvas::colour_class(colour++));
    for (const auto& rule : plot_.rules) draw_rule(rule);
    return canvas_.document(options_.width, options_.height, plot_.title);
  }

 private:
  double y_label_room() const {
    double widest = 0;
    for (const auto& tick : y_.ticks(options_.height / 50))
      widest = std::max(widest, SvgCanvas::width_of(tick.label));
    return 40 + widest;
  }

  /// Draws the legend in rows and returns the y at which the picture may begin.
  double legend(double y) {
    double x = 16;
    bool any = false;
    const auto entry = [&](const std::string& label, std::size_t colour, std::string_view fill) {
      if (label.empty()) return;
      const double width = SvgCanvas::width_of(label) + 34;
      if (any && x + width > options_.width - 16) {
        x = 16;
        y += 17;
      }
      canvas_.raw(fmt::format(
          "<rect class=\"{} {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"12\" height=\"9\" rx=\"2\"/>\n",
          SvgCanvas::colour_class(colour), fill, x, y - 9));
      canvas_.text(x + 17, y, label);
      x += width;
      any = true;
    };
    for (std::size_t i = 0; i < plot_.series.size(); ++i)
      entry(plot_.series[i].label, i, plot_.series[i].faint ? "d f" : "d");
    for (std::size_t i = 0; i < plot_.bands.size(); ++i)
      if (i >= plot_.series.size() || plot_.bands[i].label != plot_.series[i].label)
        entry(plot_.bands[i].label, i, "a");
    return any ? y + 14 : y - 8;
  }

  Point place(double x, double y) const {
    return {frame_.left + (frame_.right - frame_.left) * x_.position(x),
            frame_.bottom - (frame_.bottom - frame_.top) * y_.position(y)};
  }

  void draw_band(const Band& band, const std::string& colour) {
    const auto n = std::min({band.x.size(), band.low.size(), band.high.size()});
    std::string there;
    std::string back;
    for (std::size_t i = 0; i < n; ++i) {
      const Point high = place(band.x[i], band.high[i]);
      const Point low = place(band.x[i], band.low[i]);
      if (!std::isfinite(high.x + high.y + low.y)) continue;
      there += fmt::format("{}{:.1f} {:.1f}", there.empty() ? 'M' : 'L', high.x, high.y);
      back = fmt::format("L{:.1f} {:.1f}", low.x, low.y) + back;
    }
    if (!there.empty()) canvas_.raw(fmt::format("<path class=\"{} a\" d=\"{}{}Z\"/>\n", colour, there, back));
  }

  /// Appends the first, lowest, highest and last point of one pixel column.
  static void flush_column(std::vector<Point>& out, const std::vector<Point>& column) {
    if (column.size() <= 4) {
      out.insert(out.end(), column.begin(), column.end());
      return;
    }
    const auto [low, high] =
        std::minmax_element(column.begin(), column.end(), [](auto a, auto b) { return a.y < b.y; });
    out.push_back(column.front());
    out.push_back(low < high ? *low : *high);
    out.push_back(low < high ? *high : *low);
    out.push_back(column.back());
  }

  /// The points to draw for a line. A NaN point interrupts the line.
  std::vector<Point> thinned(const Series& series) const {
    std::vector<Point> out;
    std::vector<Point> column;
    const auto n = std::min(series.x.size(), series.y.size());
    for (std::size_t i = 0; i < n; ++i) {
      const Point p = place(series.x[i], series.y[i]);
      const bool gap = !std::isfinite(p.x + p.y);
      if (!column.empty() && (gap || std::floor(p.x) != std::floor(column.front().x))) {
        flush_column(out, column);
        column.clear();
      }
      if (gap)
        out.push_back({std::numeric_limits<double>::quiet_NaN(), 0});
      else
        column.push_back(p);
    }
    flush_column(out, column);
    return out;
  }

  void draw_series(const Series& series, const std::string& colour) {
    if (series.mark == Mark::dots)
      draw_dots(series, colour);
    else
      draw_line(series, colour);
  }

  void draw_line(const Series& series, const std::string& colour) {
    std::string path;
    bool open = false;
    Point last;
    for (const Point p : thinned(series)) {
      if (std::isnan(p.x)) {
        open = false;
        continue;
      }
      if (open && series.mark == Mark::steps) path += fmt::format("L{:.1f} {:.1f}", p.x, last.y);
      path += fmt::format("{}{:.1f} {:.1f}", open ? 'L' : 'M', p.x, p.y);
      open = true;
      last = p;
    }
    canvas_.raw(fmt::format("<path class=\"{} l{}\" d=\"{}\"/>\n", colour, series.faint ? " f" : "", path));
  }

  void draw_dots(const Series& series, const std::string& colour) {
    const auto n = std::min(series.x.size(), series.y.size());
    const std::size_t stride = n / 5000 + 1;  // more dots would only cover each other
    for (std::size_t i = 0; i < n; i += stride) {
      if (!x_.shows(series.x[i]) || !y_.shows(series.y[i]))
        continue;  // outside a fixed axis; not drawn at its edge
      const Point p = place(series.x[i], series.y[i]);
      canvas_.raw(fmt::format("<circle class=\"{} d{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>\n", colour,
                              series.faint ? " f" : "", p.x, p.y, series.faint ? 2.2 : 4));
      if (i < series.point_labels.size() && !series.point_labels[i].empty())
        label_point(p, series.point_labels[i]);
    }
  }

  /// Writes the label beside, above or below the dot, in the first place that is free. Writes nothing if all
  /// are taken.
  void label_point(Point p, const std::string& label) {
    const double width = SvgCanvas::width_of(label);
    const Point places[] = {{p.x - width / 2, p.y - 8},
                            {p.x + 7, p.y + 4},
                            {p.x - 7 - width, p.y + 4},
                            {p.x - width / 2, p.y + 17}};
    for (const Point at : places) {
      const Frame box{at.x, at.y - 11, at.x + width, at.y + 3};
      if (box.left < frame_.left || box.right > frame_.right || box.top < frame_.top ||
          box.bottom > frame_.bottom)
        continue;
      const bool taken = std::any_of(labels_.begin(), labels_.end(), [&](const Frame& other) {
        return box.left < other.right && other.left < box.right && box.top < other.bottom &&
               other.top < box.bottom;
      });
      if (taken) continue;
      labels_.push_back(box);
      canvas_.text(at.x, at.y, label);
      return;
    }
  }

  void draw_rule(const Rule& rule) {
    if (!(rule.vertical ? x_ : y_).shows(rule.at)) return;
    if (rule.vertical) {
      const double x = frame_.left + (frame_.right - frame_.left) * x_.position(rule.at);
      canvas_.line(x, frame_.top, x, frame_.bottom, "rule");
      const bool room = x + 5 + SvgCanvas::width_of(rule.label) < frame_.right;
      canvas_.text(room ? x + 5 : x - 5, frame_.top + 12, rule.label, room ? Anchor::start : Anchor::end);
    } else {
      const double y = frame_.bottom - (frame_.bottom - frame_.top) * y_.position(rule.at);
      canvas_.line(frame_.left, y, frame_.right, y, "rule");
      canvas_.text(frame_.right - 4, y - 5, rule.label, Anchor::end);
    }
  }

  const Plot& plot_;
  SvgOptions options_;
  Scale x_;
  Scale y_;
  Frame frame_;
  SvgCanvas canvas_;
  std::vector<Frame> labels_;
};

}  // namespace

std::string to_svg(const Plot& plot, const SvgOptions& options) {
  return PlotDrawing(plot, options).draw();
}

}  // namespace joulecast::report
