// Figures with their intervals, one per row, and the parts of a whole along a bar.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_canvas.hpp"

namespace joulecast::report {
namespace {

constexpr double row_height = 30;
constexpr std::size_t most_rows = 60;

void draw_row(SvgCanvas& canvas, const IntervalRow& row, const Frame& frame, const Scale& scale, double y) {
  const auto x_of = [&](double value) {
    return frame.left + (frame.right - frame.left) * scale.position(value);
  };
  canvas.text(14, y - 6, row.label);
  if (!row.remark.empty()) canvas.text(frame.right, y - 6, row.remark, Anchor::end, "soft");
  const double low = x_of(row.low);
  const double high = x_of(row.high);
  if (std::isfinite(low + high)) {
    canvas.line(low, y + 6, high, y + 6, "c0 whisker");
    for (const double x : {low, high}) canvas.line(x, y + 2, x, y + 10, "c0 whisker");
  }
  if (const double x = x_of(row.value); std::isfinite(x)) canvas.dot({x, y + 6}, 4.5, 0, false);
}

}  // namespace

std::string to_svg(const IntervalPlot& plot, const SvgOptions& options) {
  const auto shown = std::min(plot.rows.size(), most_rows);
  Scale scale(plot.value);
  for (std::size_t i = 0; i < shown; ++i)
    for (const double value : {plot.rows[i].value, plot.rows[i].low, plot.rows[i].high}) scale.include(value);
  scale.finish();
  auto subtitle = plot.subtitle;
  if (shown < plot.rows.size())
    subtitle += fmt::format("{}the first {} of {}", subtitle.empty() ? "" : "; ", shown, plot.rows.size());
  SvgCanvas canvas(options);
  const double top = canvas.heading(plot.title, subtitle) + 4;
  const Frame frame{SvgCanvas::margin, top, options.width - 18.0,
                    top + row_height * static_cast<double>(shown)};
  canvas.x_axis(frame, scale, plot.value.title());
  for (std::size_t i = 0; i < shown; ++i)
    draw_row(canvas, plot.rows[i], frame, scale, top + row_height * (static_cast<double>(i) + 0.5));
  return canvas.document(frame.bottom + 50, plot.title, plot.description);
}

std::string to_svg(const ShareBar& bar, const SvgOptions& options) {
  SvgCanvas canvas(options);
  const double top = canvas.heading(bar.title, "") + 2;
  const double room = options.width - 2 * SvgCanvas::margin;
  constexpr double height = 24;
  double x = SvgCanvas::margin;
  std::vector<SvgCanvas::Entry> entries;
  std::string description;
  for (std::size_t i = 0; i < bar.parts.size(); ++i) {
    const auto& part = bar.parts[i];
    const double width = room * std::clamp(part.share, 0.0, 1.0);
    canvas.raw(
        fmt::format("<rect class=\"layer\" fill=\"url(#jc-layer-{})\" x=\"{:.1f}\" y=\"{:.1f}\" "
                    "width=\"{:.1f}\" height=\"{}\"/>\n",
                    i % 8, x, top, width, height));
    x += width;
    entries.push_back({part.label, Swatch::layer, i});
    description += (description.empty() ? "" : ", ") + part.label;
  }
  canvas.raw(fmt::format("<rect class=\"axis\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>\n",
                         SvgCanvas::margin, top, room, height));
  return canvas.document(canvas.legend(top + height + 6, entries), bar.title, description);
}

}  // namespace joulecast::report
