#include "report/pictures/svg_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.hpp"

namespace joulecast::report {
std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : printable(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

double SvgCanvas::width_of(std::string_view text) {
  // In units of a 13 px font's height, as DejaVu Sans has them, which is among the widest.
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // continuation bytes have no width
    if (std::string_view("ijl.,:;'|! I").find(c) != std::string_view::npos)
      width += 0.33;
    else if (std::string_view("frt()-/[]").find(c) != std::string_view::npos)
      width += 0.40;
    else if (std::string_view("mwMW%@").find(c) != std::string_view::npos)
      width += 0.95;
    else
      width += 0.64;
  }
  return width * 13;
}

std::vector<std::string> lines_of(std::string_view text, double width) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto longer = line.empty() ? std::string(text.substr(at, end - at))
                                     : line + " " + std::string(text.substr(at, end - at));
    if (!line.empty() && SvgCanvas::width_of(longer) > width) {
      lines.push_back(std::move(line));
      line = text.substr(at, end - at);
    } else {
      line = longer;
    }
    at = end + 1;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

void SvgCanvas::text(double x, double y, std::string_view content, Anchor anchor,
                     std::string_view css_class) {
  const std::string_view where = anchor == Anchor::start    ? "start"
                                 : anchor == Anchor::middle ? "middle"
                                                            : "end";
  body_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                       css_class, x, y, where, escape_xml(content));
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  body_ +=
      fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", css_class, x1, y1, x2, y2);
}

void SvgCanvas::dot(Point at, double radius, std::size_t look, bool faint) {
  const auto css = fmt::format("{} d{}", colour_class(look), faint ? " f" : "");
  const double r = radius;
  // Corners are further out than a circle's edge, so that all shapes seem equally large.
  constexpr std::array shapes{"",
                              "M-.9-.9H.9V.9H-.9Z",
                              "M0-1.2L1.1.8H-1.1Z",
                              "M0-1.3L1.3 0 0 1.3-1.3 0Z",
                              "M0 1.2L1.1-.8H-1.1Z",
                              "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
                              "M-1.2-.6H1.2V.6H-1.2Z",
                              "M-.6-1.2H.6V1.2H-.6Z"};
  const auto* shape = shapes[look % shapes.size()];
  if (*shape == '\0') {
    body_ += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>\n", css, at.x, at.y, r);
    return;
  }
  body_ += fmt::format(
      "<path class=\"{}\" vector-effect=\"non-scaling-stroke\" "
      "transform=\"translate({:.1f} {:.1f}) scale({})\" d=\"{}\"/>\n",
      css, at.x, at.y, r, shape);
}

double SvgCanvas::heading(const std::string& title, const std::string& subtitle) {
  double y = options_.embedded ? 2 : 6;
  const double room = options_.width - 2 * margin;
  if (!options_.embedded) {
    constexpr double bold_and_larger = 1.25;
    for (const auto& part : lines_of(title, room / bold_and_larger)) {
      y += line_height + 2;
      body_ += fmt::format(
          "<text class=\"ink\" x=\"{}\" y=\"{}\" font-size=\"15\" font-weight=\"600\">{}</text>\n", margin, y,
          escape_xml(part));
    }
  }
  for (const auto& part : lines_of(subtitle, room))
    text(margin, y += line_height, part, Anchor::start, "soft");
  return y + 8;
}

void SvgCanvas::swatch(double x, double y, const Entry& entry) {
  const auto colour = colour_class(entry.look);
  const double middle = y - 4.5;
  const auto box = [&](std::string_view css, const std::string& fill) {
    body_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"20\" height=\"11\"{}/>\n", css,
                         x, y - 10, fill.empty() ? "" : fmt::format(" fill=\"url(#jc-{})\"", fill));
  };
  switch (entry.swatch) {
    case Swatch::line:
    case Swatch::steps:
      return line(x, middle, x + 20, middle, entry.look == ink ? "peak" : colour + " l");
    case Swatch::dots:
      return dot({x + 10, middle}, 4.5, entry.look, false);
    case Swatch::faint_dots:
      return dot({x + 10, middle}, 3, entry.look, true);
    case Swatch::rings:
      body_ += fmt::format("<circle class=\"ring\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\"/>\n", x + 10, middle);
      return;
    case Swatch::bars:
    case Swatch::layer:
      return box("layer", fmt::format("layer-{}", entry.look % 8));
    case Swatch::area:
      return box(colour + " a", "");
    case Swatch::stage:
      return box("stage", "");
    case Swatch::gap:
      return box("frame", "gap");
    case Swatch::waste:
      return box("frame", "waste");
    case Swatch::limited:
      return box("limited", "limited");
    case Swatch::hot:
      return box("hot", "");
    case Swatch::ticks:
      return line(x + 10, y - 10, x + 10, y, "tick");
  }
}

double SvgCanvas::legend(double y, const std::vector<Entry>& entries) {
  double x = margin;
  bool any = false;
  for (const auto& entry : entries) {
    if (entry.label.empty()) continue;
    const double width = width_of(entry.label) + 40;
    if (any && x + width > options_.width) {
      x = margin;
      y += line_height;
    }
    if (!any) y += 12;
    swatch(x, y, entry);
    text(x + 26, y, entry.label);
    x += width;
    any = true;
  }
  return any ? y + 12 : y + 4;
}

void SvgCanvas::x_axis(const Frame& frame, const Scale& scale, const std::string& label, bool numbers) {
  const double width = frame.right - frame.left;
  double free_from = -1e9;
  for (const auto& tick : scale.ticks(std::max(2, static_cast<int>(width / 80)))) {
    const double x = frame.left + width * scale.position(tick.value);
    line(x, frame.top, x, frame.bottom, "grid");
    const double half = width_of(tick.label) / 2;
    if (!numbers || x - half < free_from || x + half > options_.width) continue;
    text(x, frame.bottom + 18, tick.label, Anchor::middle, "soft");
    free_from = x + half + 6;
  }
  line(frame.left, frame.bottom, frame.right, frame.bottom, "axis");
  if (!label.empty()) text((frame.left + frame.right) / 2, frame.bottom + 38, label, Anchor::middle);
}

double SvgCanvas::y_axis_room(const Scale& scale, double height) {
  double widest = 0;
  for (const auto& tick : scale.ticks(std::max(2, static_cast<int>(height / 45))))
    widest = std::max(widest, width_of(tick.label));
  return 34 + widest;
}

void SvgCanvas::y_axis(const Frame& frame, const Scale& scale, const std::string& label) {
  const double height = frame.bottom - frame.top;
  for (const auto& tick : scale.ticks(std::max(2, static_cast<int>(height / 45)))) {
    const double y = frame.bottom - height * scale.position(tick.value);
    line(frame.left, y, frame.right, y, "grid");
    text(frame.left - 6, y + 4.5, tick.label, Anchor::end, "soft");
  }
  line(frame.left, frame.top, frame.left, frame.bottom, "axis");
  const double middle = (frame.top + frame.bottom) / 2;
  body_ += fmt::format(
      "<text class=\"ink\" text-anchor=\"middle\" transform=\"translate(15 {:.1f}) rotate(-90)\">{}</text>\n",
      middle, escape_xml(label));
}

std::string SvgCanvas::document(double height, const std::string& title,
                                const std::string& description) const {
  const auto parts = options_.embedded ? "" : "<style>" + svg_style() + "</style>\n" + svg_patterns();
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
      "height=\"{1:.0f}\" "
      "role=\"img\" "
      "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"13\">\n"
      "<title>{2}</title>\n{3}{4}<rect class=\"paper\" width=\"{0}\" height=\"{1:.0f}\"/>\n{5}</svg>\n",
      options_.width, height, escape_xml(title),
      description.empty() ? "" : "<desc>" + escape_xml(description) + "</desc>\n", parts, body_);
}

}  // namespace joulecast::report
