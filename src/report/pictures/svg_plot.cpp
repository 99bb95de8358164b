// A plot, or several below each other, as an SVG document.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/pictures/svg_drawing.hpp"

namespace joulecast::report {
namespace {

constexpr double right_margin = 16;
constexpr double room_for_x_axis = 48;
constexpr std::size_t most_panels = 16;

std::string joined(const std::string& subtitle, const std::string& note) {
  return subtitle.empty() || note.empty() ? subtitle + note : subtitle + "; " + note;
}

struct Drawn {
  std::string svg;
  std::size_t labels_left_out = 0;
};

Drawn drawn(const Plot& plot, const SvgOptions& options, const std::string& note) {
  auto scales = scales_of(plot);
  scales.x.finish();
  scales.y.finish();
  SvgCanvas canvas(options);
  const double top = canvas.legend(canvas.heading(plot.title, joined(plot.subtitle, note)), legend_of(plot));
  const Frame frame{SvgCanvas::y_axis_room(scales.y, options.height - room_for_x_axis - top), top,
                    options.width - right_margin, std::max(top + 100, options.height - room_for_x_axis)};
  canvas.x_axis(frame, scales.x, plot.x.title());
  canvas.y_axis(frame, scales.y, plot.y.title());
  PlotDrawing drawing(canvas, plot, frame, scales);
  drawing.draw();
  return {canvas.document(frame.bottom + room_for_x_axis, plot.title, plot.description),
          drawing.labels_left_out()};
}

/// The legends of all panels, each entry once.
std::vector<SvgCanvas::Entry> legend_of(const Panels& panels, std::size_t shown) {
  std::vector<SvgCanvas::Entry> entries;
  for (std::size_t i = 0; i < shown; ++i)
    for (auto& entry : legend_of(panels.plots[i]))
      if (std::ranges::none_of(entries, [&](const auto& other) { return other.label == entry.label; }))
        entries.push_back(std::move(entry));
  return entries;
}

std::vector<Scale> y_scales_of(const Panels& panels, std::size_t shown) {
  std::vector<Scale> scales;
  for (std::size_t i = 0; i < shown; ++i) {
    scales.emplace_back(panels.plots[i].y);
    for (std::size_t k = 0; k < shown; ++k)
      if (k == i || panels.same_y) include_y(panels.plots[k], scales.back());
    scales.back().finish();
  }
  return scales;
}

}  // namespace

std::string to_svg(const Plot& plot, const SvgOptions& options) {
  auto result = drawn(plot, options, "");
  if (result.labels_left_out > 0)
    result = drawn(plot, options, fmt::format("no room for {} of the names", result.labels_left_out));
  return std::move(result.svg);
}

std::string to_svg(const Panels& panels, const SvgOptions& options) {
  const auto shown = std::min(panels.plots.size(), most_panels);
  if (shown == 0) return "";
  const auto note = shown < panels.plots.size()
                        ? fmt::format("the first {} of {}", shown, panels.plots.size())
                        : std::string();
  Scale x(panels.plots.front().x);
  for (std::size_t i = 0; i < shown; ++i) include_x(panels.plots[i], x);
  x.finish();
  const auto ys = y_scales_of(panels, shown);
  const double height = shown <= 2 ? 150 : shown <= 4 ? 110 : 80;

  SvgCanvas canvas(options);
  double top =
      canvas.legend(canvas.heading(panels.title, joined(panels.subtitle, note)), legend_of(panels, shown));
  double left = 0;
  for (const auto& y : ys) left = std::max(left, SvgCanvas::y_axis_room(y, height));
  Frame frame;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& plot = panels.plots[i];
    if (!plot.title.empty()) canvas.text(left, (top += 16) - 5, plot.title);
    frame = {left, top, options.width - right_margin, top + height};
    const bool last = i + 1 == shown;
    canvas.x_axis(frame, x, last ? panels.plots.front().x.title() : "", last);
    canvas.y_axis(frame, ys[i], plot.y.title());
    PlotDrawing(canvas, plot, frame, {x, ys[i]}).draw();
    top = frame.bottom + 12;
  }
  return canvas.document(frame.bottom + room_for_x_axis, panels.title, panels.description);
}

}  // namespace joulecast::report
