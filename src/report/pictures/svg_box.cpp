// Box plots with one row per group and a dot for every run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/pictures/box_shape.hpp"
#include "report/pictures/svg_canvas.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

constexpr double highest_row = 44, lowest_row = 20;
/// Many rows are drawn closer, so that the picture fits a page.
constexpr double all_rows = 440;
constexpr std::size_t most_groups = 60;
constexpr std::size_t most_dots = 500;

/// The text without its end where it is wider than the room.
std::string fitted(const std::string& label, double room) {
  auto length = display_width(label);
  while (length > 4 && SvgCanvas::width_of(shorten(label, length)) > room) --length;
  return shorten(label, length);
}

/// Vertical offset of a dot in its row, from -0.5 to 0.5. Multiples of the golden ratio keep dots of similar
/// values apart.
double jitter(std::size_t i) {
  const double phase = static_cast<double>(i) * 0.6180339887498949;
  return phase - std::floor(phase) - 0.5;
}

void draw_row(SvgCanvas& canvas, const BoxGroup& group, const std::string& colour, const Frame& frame,
              const Scale& scale, double y, double height) {
  const auto x_of = [&](double value) {
    const double position = scale.position(value);  // NaN for a value <= 0 on a logarithmic axis
    return frame.left + (frame.right - frame.left) * (std::isnan(position) ? 0 : position);
  };
  const double room = frame.left - 16;
  const auto count = fmt::format(" (n={})", group.values.size());
  canvas.text(frame.left - 10, y + 4, fitted(group.label, room - SvgCanvas::width_of(count)) + count,
              Anchor::end);
  const auto shape = box_shape(group.values);
  if (!shape) return;
  const double half = height * 0.3;
  canvas.line(x_of(shape->whisker_low), y, x_of(shape->q1), y, colour);
  canvas.line(x_of(shape->q3), y, x_of(shape->whisker_high), y, colour);
  canvas.raw(fmt::format(
      "<rect class=\"{} b\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"2\"/>\n",
      colour, x_of(shape->q1), y - half, std::max(1.0, x_of(shape->q3) - x_of(shape->q1)), 2 * half));
  const std::size_t stride = group.values.size() / most_dots + 1;
  for (std::size_t i = 0; i < group.values.size(); i += stride) {
    if (!scale.shows(group.values[i])) continue;
    const double x = x_of(group.values[i]);
    canvas.raw(fmt::format("<circle class=\"{} d\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.2\"/>\n", colour, x,
                           y + jitter(i / stride) * height * 0.36));
  }
  const double median = x_of(shape->median);
  canvas.line(median, y - half, median, y + half, "median");
}

}  // namespace

std::string to_svg(const BoxPlot& plot, const SvgOptions& options) {
  Scale scale(plot.value);
  const std::size_t shown = std::min(plot.groups.size(), most_groups);
  double label_room = 40;
  bool thinned = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& group = plot.groups[i];
    scale.include(group.values);
    label_room =
        std::max(label_room, SvgCanvas::width_of(fmt::format("{} (n={})", group.label, group.values.size())));
    thinned = thinned || group.values.size() > most_dots;
  }
  scale.finish();
  std::string subtitle = plot.subtitle;
  const auto add = [&](const std::string& note) { subtitle += (subtitle.empty() ? "" : "; ") + note; };
  if (shown < plot.groups.size()) add(fmt::format("the first {} of {} groups", shown, plot.groups.size()));
  if (thinned) add("a sample of the runs as dots");

  const double height =
      std::clamp(all_rows / static_cast<double>(std::max<std::size_t>(shown, 1)), lowest_row, highest_row);
  SvgCanvas canvas(options);
  const double top = canvas.heading(plot.title, subtitle) + 4;
  const Frame frame{std::min(label_room + 26, options.width * 0.5), top, options.width - 18.0,
                    top + height * static_cast<double>(shown)};
  canvas.x_axis(frame, scale, plot.value.title());
  for (std::size_t i = 0; i < shown; ++i) {
    draw_row(canvas, plot.groups[i], SvgCanvas::colour_class(i), frame, scale,
             top + height * (static_cast<double>(i) + 0.5), height);
  }
  return canvas.document(frame.bottom + 50, plot.title);
}

}  // namespace joulecast::report
