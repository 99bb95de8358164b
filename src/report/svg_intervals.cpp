// Figures with their intervals, one per row, and the parts of a whole along a bar.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_canvas.hpp"

namespace joulecast::report {
namespace {

constexpr double row_height = 38;
constexpr std::size_t most_rows = 60;

/// Whether the remark has its place beside the label, in every row.
bool fit_in_a_line(const IntervalPlot& plot, double room) {
  return std::ranges::all_of(plot.rows, [&](const IntervalRow& row) {
    return SvgCanvas::width_of(row.label) + SvgCanvas::width_of(row.remark) + 12 < room;
  });
}

/// `y` is where the interval is drawn.
void draw_row(SvgCanvas& canvas, const IntervalRow& row, const Frame& frame, const Scale& scale, double y,
              bool in_a_line) {
  const auto x_of = [&](double value) {
    return frame.left + (frame.right - frame.left) * scale.position(value);
  };
  canvas.text(frame.left, y - (in_a_line ? 11 : 27), row.label, Anchor::start, "ink halo");
  if (!row.remark.empty() && in_a_line)
    canvas.text(frame.right, y - 11, row.remark, Anchor::end, "soft halo");
  else if (!row.remark.empty())
    canvas.text(frame.left, y - 11, row.remark, Anchor::start, "soft halo");
  const double low = x_of(row.low);
  const double high = x_of(row.high);
  if (std::isfinite(low + high)) {
    canvas.line(low, y, high, y, "c0 whisker");
    for (const double x : {low, high}) canvas.line(x, y - 4, x, y + 4, "c0 whisker");
  }
  if (const double x = x_of(row.value); std::isfinite(x)) canvas.dot({x, y}, 4.5, 0, false);
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
  const double left = SvgCanvas::margin;
  const double right = options.width - 18.0;
  const bool in_a_line = fit_in_a_line(plot, right - left);
  const double height = in_a_line ? row_height : row_height + 16;
  const Frame frame{left, top, right, top + height * static_cast<double>(shown)};
  canvas.x_axis(frame, scale, plot.value.title());
  for (std::size_t i = 0; i < shown; ++i)
    draw_row(canvas, plot.rows[i], frame, scale, top + height * static_cast<double>(i + 1) - 12, in_a_line);
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
  for (const auto& part : bar.parts) {
    const double width = room * std::clamp(part.share, 0.0, 1.0);
    canvas.raw(
        fmt::format("<rect class=\"layer\" fill=\"url(#jc-layer-{})\" x=\"{:.1f}\" y=\"{:.1f}\" "
                    "width=\"{:.1f}\" height=\"{}\"/>\n",
                    part.look % 8, x, top, width, height));
    x += width;
    entries.push_back({part.label, Swatch::layer, part.look});
    description += (description.empty() ? "" : ", ") + part.label;
  }
  canvas.raw(fmt::format("<rect class=\"axis\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>\n",
                         SvgCanvas::margin, top, room, height));
  return canvas.document(canvas.legend(top + height + 6, entries), bar.title, description);
}

}  // namespace joulecast::report
