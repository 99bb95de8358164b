// Lines, steps, dots, bars, bands, stretches and rules on two axes.
#include "report/pictures/svg_drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulecast::report {
namespace {

constexpr double dot_radius = 4.5;
constexpr double faint_radius = 2.4;
constexpr double strip_height = 7;

double at_or_nan(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? values[i] : std::numeric_limits<double>::quiet_NaN();
}

/// Appends the first, lowest, highest and last point of one pixel column.
void flush_column(std::vector<Point>& out, const std::vector<Point>& column) {
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

Swatch swatch_of(Shade shade) {
  switch (shade) {
    case Shade::stage:
      return Swatch::stage;
    case Shade::gap:
      return Swatch::gap;
    case Shade::waste:
      return Swatch::waste;
    case Shade::limited:
      return Swatch::limited;
    case Shade::hot:
      return Swatch::hot;
  }
  return Swatch::stage;
}

std::string_view css_of(Shade shade) {
  switch (shade) {
    case Shade::stage:
      return "class=\"stage\"";
    case Shade::gap:
      return "fill=\"url(#jc-gap)\"";
    case Shade::waste:
      return "fill=\"url(#jc-waste)\"";
    case Shade::limited:
      return "class=\"limited\" fill=\"url(#jc-limited)\"";
    case Shade::hot:
      return "class=\"hot\"";
  }
  return "";
}

bool has_labels(const Plot& plot) {
  return std::ranges::any_of(plot.series, [](const Series& series) { return !series.point_labels.empty(); });
}

}  // namespace

void include_x(const Plot& plot, Scale& x) {
  for (const auto& band : plot.bands) x.include(band.x);
  for (const auto& series : plot.series)
    for (const auto* values : {&series.x, &series.x_low, &series.x_high}) x.include(*values);
  for (const auto& stretch : plot.stretches)
    for (const double end : {stretch.from, stretch.to}) x.include(end);
  for (const auto& rule : plot.rules)
    if (rule.vertical) x.include(rule.at);
}

void include_y(const Plot& plot, Scale& y) {
  for (const auto& band : plot.bands)
    for (const auto* values : {&band.low, &band.high}) y.include(*values);
  for (const auto& series : plot.series) {
    for (const auto* values : {&series.y, &series.y_low, &series.y_high}) y.include(*values);
    if (series.mark == Mark::bars) y.include(0);
  }
  for (const auto& rule : plot.rules)
    if (!rule.vertical) y.include(rule.at);
}

PlotScales scales_of(const Plot& plot) {
  PlotScales scales{Scale(plot.x), Scale(plot.y)};
  include_x(plot, scales.x);
  include_y(plot, scales.y);
  return scales;
}

std::vector<SvgCanvas::Entry> legend_of(const Plot& plot) {
  std::vector<SvgCanvas::Entry> entries;
  const auto add = [&](const std::string& label, Swatch swatch, std::size_t look) {
    const bool listed = std::ranges::any_of(
        entries, [&](const auto& entry) { return entry.label == label && entry.swatch == swatch; });
    if (!label.empty() && !listed) entries.push_back({label, swatch, look});
  };
  for (std::size_t i = 0; i < plot.bands.size(); ++i) {
    const auto& band = plot.bands[i];
    add(band.label, band.solid ? Swatch::layer : Swatch::area, band.look.value_or(i));
  }
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const auto& series = plot.series[i];
    const auto swatch = series.mark == Mark::bars    ? Swatch::bars
                        : series.mark == Mark::rings ? Swatch::rings
                        : series.mark == Mark::dots  ? (series.faint ? Swatch::faint_dots : Swatch::dots)
                                                     : Swatch::line;
    add(series.label, swatch, series.look.value_or(i));
  }
  for (const auto& stretch : plot.stretches) add(stretch.label, swatch_of(stretch.shade), 0);
  if (!plot.ticks.empty()) add(plot.ticks_label, Swatch::ticks, 0);
  return entries;
}

void PlotDrawing::draw() {
  draw_stretches(Shade::gap);
  for (std::size_t i = 0; i < plot_.bands.size(); ++i)
    draw_band(plot_.bands[i], plot_.bands[i].look.value_or(i));
  draw_stretches(Shade::stage);  // seen through, so that it is above the layers of a stack
  for (std::size_t i = 0; i < plot_.series.size(); ++i)
    draw_series(plot_.series[i], plot_.series[i].look.value_or(i));
  draw_stretches(Shade::waste);
  draw_stretches(Shade::limited);
  draw_stretches(Shade::hot);
  for (const auto& rule : plot_.rules) draw_rule(rule);
  for (const auto& series : plot_.series) draw_labels(series);
  draw_ticks();
}

void PlotDrawing::draw_stretches(Shade shade) {
  for (const auto& stretch : plot_.stretches)
    if (stretch.shade == shade) draw_stretch(stretch);
}

Point PlotDrawing::place(double x, double y) const {
  return {frame_.left + (frame_.right - frame_.left) * x_.position(x),
          frame_.bottom - (frame_.bottom - frame_.top) * y_.position(y)};
}

std::vector<Point> PlotDrawing::thinned(const std::vector<double>& x, const std::vector<double>& y) const {
  std::vector<Point> out;
  std::vector<Point> column;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const Point p = place(x[i], y[i]);
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

void PlotDrawing::draw_stretch(const Stretch& stretch) {
  const double from = place(stretch.from, y_.low()).x;
  const double to = place(stretch.to, y_.low()).x;
  if (!(to >= from)) return;
  double top = frame_.top, height = frame_.bottom - frame_.top;
  if (stretch.shade == Shade::limited || stretch.shade == Shade::hot) {
    height = strip_height;
    if (stretch.shade == Shade::hot) top += strip_height;  // a device may be held back by both
  }
  canvas_.raw(fmt::format("<rect {} x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
                          css_of(stretch.shade), from, top, std::max(1.0, to - from), height));
}

void PlotDrawing::draw_ticks() {
  std::string path;
  double last = -1e9;
  for (const double tick : plot_.ticks) {
    if (!x_.shows(tick)) continue;
    const double x = place(tick, y_.low()).x;
    if (x - last < 2) continue;  // more would run into each other
    last = x;
    path += fmt::format("M{:.1f} {:.1f}v-6", x, frame_.bottom);
  }
  if (!path.empty()) canvas_.raw(fmt::format("<path class=\"tick\" d=\"{}\"/>\n", path));
}

void PlotDrawing::draw_band(const Band& band, std::size_t look) {
  const auto n = std::min({band.x.size(), band.low.size(), band.high.size()});
  std::string path;
  std::vector<Point> back;
  const auto close = [&] {
    for (auto p = back.rbegin(); p != back.rend(); ++p) path += fmt::format("L{:.1f} {:.1f}", p->x, p->y);
    if (!back.empty()) path += 'Z';
    back.clear();
  };
  for (std::size_t i = 0; i < n; ++i) {
    const Point high = place(band.x[i], band.high[i]);
    const Point low = place(band.x[i], band.low[i]);
    if (!std::isfinite(high.x + high.y + low.y)) {
      close();
      continue;
    }
    path += fmt::format("{}{:.1f} {:.1f}", back.empty() ? 'M' : 'L', high.x, high.y);
    back.push_back(low);
  }
  close();
  if (path.empty()) return;
  if (band.solid)
    canvas_.raw(fmt::format("<path class=\"layer\" fill=\"url(#jc-layer-{})\" d=\"{}\"/>\n", look % 8, path));
  else
    canvas_.raw(fmt::format("<path class=\"{} a\" d=\"{}\"/>\n", SvgCanvas::colour_class(look), path));
}

void PlotDrawing::draw_series(const Series& series, std::size_t look) {
  draw_whiskers(series, look);
  switch (series.mark) {
    case Mark::line:
    case Mark::steps:
      return draw_line(series, look);
    case Mark::bars:
      return draw_bars(series, look);
    case Mark::dots:
    case Mark::rings:
      return draw_dots(series, look);
  }
}

void PlotDrawing::draw_line(const Series& series, std::size_t look) {
  std::string path;
  bool open = false;
  Point last;
  const bool avoided = has_labels(plot_);
  for (const Point p : thinned(series.x, series.y)) {
    if (std::isnan(p.x)) {
      open = false;
      continue;
    }
    const Point corner{p.x, last.y};
    const bool steps = open && series.mark == Mark::steps;
    if (steps) path += fmt::format("L{:.1f} {:.1f}", corner.x, corner.y);
    path += fmt::format("{}{:.1f} {:.1f}", open ? 'L' : 'M', p.x, p.y);
    if (avoided && open) labels_.avoid_line(steps ? corner : last, p);
    if (avoided && steps) labels_.avoid_line(last, corner);
    open = true;
    last = p;
  }
  if (path.empty()) return;
  const auto css = look == ink ? "peak" : SvgCanvas::colour_class(look) + (series.faint ? " l f" : " l");
  canvas_.raw(fmt::format("<path class=\"{}\" d=\"{}\"/>\n", css, path));
}

void PlotDrawing::draw_bars(const Series& series, std::size_t look) {
  for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    const Point low = place(at_or_nan(series.x_low, i), std::max(0.0, y_.low()));
    const Point high = place(at_or_nan(series.x_high, i), series.y[i]);
    if (!std::isfinite(low.x + low.y + high.x + high.y)) continue;
    canvas_.raw(
        fmt::format("<rect class=\"layer\" fill=\"url(#jc-layer-{})\" x=\"{:.1f}\" y=\"{:.1f}\" "
                    "width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
                    look % 8, low.x, high.y, std::max(0.5, high.x - low.x), std::max(0.0, low.y - high.y)));
  }
}

void PlotDrawing::draw_whiskers(const Series& series, std::size_t look) {
  if (series.mark == Mark::bars) return;
  const auto css = SvgCanvas::colour_class(look) + " whisker";
  const auto draw = [&](Point from, Point to) {
    if (!std::isfinite(from.x + from.y + to.x + to.y)) return;
    canvas_.line(from.x, from.y, to.x, to.y, css);
    if (!series.point_labels.empty()) labels_.avoid_line(from, to);
  };
  for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (!x_.shows(series.x[i]) || !y_.shows(series.y[i])) continue;
    draw(place(at_or_nan(series.x_low, i), series.y[i]), place(at_or_nan(series.x_high, i), series.y[i]));
    draw(place(series.x[i], at_or_nan(series.y_low, i)), place(series.x[i], at_or_nan(series.y_high, i)));
  }
}

void PlotDrawing::draw_dots(const Series& series, std::size_t look) {
  const auto n = std::min(series.x.size(), series.y.size());
  const std::size_t stride = n / 2000 + 1;  // more dots would only cover each other
  const bool avoided = has_labels(plot_);
  for (std::size_t i = 0; i < n; i += stride) {
    if (!x_.shows(series.x[i]) || !y_.shows(series.y[i]))
      continue;  // outside a fixed axis; not drawn at its edge
    const Point p = place(series.x[i], series.y[i]);
    if (series.mark == Mark::rings)
      canvas_.raw(fmt::format("<circle class=\"ring\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"8\"/>\n", p.x, p.y));
    else
      canvas_.dot(p, series.faint ? faint_radius : dot_radius, look, series.faint);
    if (avoided && !series.faint)
      labels_.avoid(p, series.mark == Mark::rings ? 2 * dot_radius : dot_radius + 1);
  }
}

void PlotDrawing::draw_labels(const Series& series) {
  for (std::size_t i = 0; i < std::min(series.point_labels.size(), series.x.size()); ++i) {
    const auto& label = series.point_labels[i];
    if (label.empty() || !x_.shows(series.x[i]) || !y_.shows(series.y[i])) continue;
    const Point p = place(series.x[i], series.y[i]);
    const auto placed = labels_.place(p, SvgCanvas::width_of(label));
    if (!placed) {
      ++labels_left_out_;
      continue;
    }
    if (placed->leader) canvas_.line(p.x, p.y, placed->leader->x, placed->leader->y, "leader");
    canvas_.text(placed->text.x, placed->text.y, label, Anchor::start, "ink halo");
  }
}

void PlotDrawing::draw_rule(const Rule& rule) {
  if (!(rule.vertical ? x_ : y_).shows(rule.at)) return;
  const double width = SvgCanvas::width_of(rule.label);
  if (rule.vertical) {
    const double x = place(rule.at, y_.low()).x;
    canvas_.line(x, frame_.top, x, frame_.bottom, "rule");
    const bool room = x + 5 + width < frame_.right;
    const double left = room ? x + 5 : x - 5 - width;
    Frame label{left, frame_.top + 2, left + width, frame_.top + 16};
    // Below the labels that it would run into.
    while (std::ranges::any_of(rule_labels_, [&](const Frame& other) { return label.meets(other); }))
      label.top += 16, label.bottom += 16;
    rule_labels_.push_back(label);
    canvas_.text(room ? x + 5 : x - 5, label.bottom - 3, rule.label, room ? Anchor::start : Anchor::end,
                 "ink halo");
  } else {
    const double y = place(x_.low(), rule.at).y;
    canvas_.line(frame_.left, y, frame_.right, y, "rule");
    const bool room = y - 17 > frame_.top;
    canvas_.text(frame_.right - 4, room ? y - 5 : y + 15, rule.label, Anchor::end, "ink halo");
  }
}

}  // namespace joulecast::report
