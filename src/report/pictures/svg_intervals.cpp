// Figures with their intervals, one per row, and the parts of a whole along a bar.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/pictures/svg_canvas.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t most_rows = 60;

/// Where labels and remarks go: beside the intervals where they are short, else above them.
struct RowLayout {
  bool beside = true;
  double left = SvgCanvas::margin;  ///< of the intervals
  double right = 0;
  double height = 22;
  double baseline = 11;  ///< of the intervals, below the top of the row
};

RowLayout layout_of(const IntervalPlot& plot, double width) {
  double labels = 0;
  double remarks = 0;
  for (const auto& row : plot.rows) {
    labels = std::max(labels, SvgCanvas::width_of(row.label));
    remarks = std::max(remarks, SvgCanvas::width_of(row.remark));
  }
  RowLayout layout;
  layout.right = width - 18;
  constexpr double least_for_intervals = 0.4;
  if (labels + remarks + 40 < (1 - least_for_intervals) * width) {
    layout.left += labels + 12;
    if (remarks > 0) layout.right -= remarks + 8;
    return layout;
  }
  layout.beside = false;
  const bool one_line = labels + remarks + 12 < layout.right - layout.left;
  layout.height = one_line ? 38 : 54;
  layout.baseline = layout.height - 12;
  return layout;
}

void draw_texts(SvgCanvas& canvas, const IntervalRow& row, const RowLayout& layout, double width, double y) {
  if (layout.beside) {
    canvas.text(SvgCanvas::margin, y + 4.5, row.label);
    if (!row.remark.empty()) canvas.text(width - 18, y + 4.5, row.remark, Anchor::end, "soft");
    return;
  }
  const bool one_line = layout.height < 50;
  canvas.text(layout.left, y - (one_line ? 11 : 27), row.label, Anchor::start, "ink halo");
  if (!row.remark.empty())
    canvas.text(one_line ? layout.right : layout.left, y - 11, row.remark,
                one_line ? Anchor::end : Anchor::start, "soft halo");
}

void draw_interval(SvgCanvas& canvas, const IntervalRow& row, const Frame& frame, const Scale& scale,
                   double y) {
  const auto x_of = [&](double value) {
    return frame.left + (frame.right - frame.left) * scale.position(value);
  };
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
  const auto layout = layout_of(plot, options.width);
  const Frame frame{layout.left, top, layout.right, top + layout.height * static_cast<double>(shown)};
  canvas.x_axis(frame, scale, plot.value.title());
  for (std::size_t i = 0; i < shown; ++i) {
    const double y = top + layout.height * static_cast<double>(i) + layout.baseline;
    draw_texts(canvas, plot.rows[i], layout, options.width, y);
    draw_interval(canvas, plot.rows[i], frame, scale, y);
  }
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
