#include "report/svg_canvas.hpp"

#include <fmt/format.h>

#include <array>

namespace joulecast::report {
namespace {

// The colours of Okabe and Ito, darkened where a white background needs it. The second column is for a dark
// background.
struct Colour {
  const char* on_light;
  const char* on_dark;
};
constexpr std::array<Colour, 8> palette{{{"#0072b2", "#56b4e9"},
                                         {"#d55e00", "#ff9248"},
                                         {"#00805c", "#2bc79b"},
                                         {"#b0518a", "#e39cc4"},
                                         {"#9a7000", "#e6b422"},
                                         {"#2a8cc4", "#8ecbf0"},
                                         {"#7a5cc0", "#b9a3f0"},
                                         {"#5f6b76", "#a9b4bf"}}};

std::string style() {
  std::string css =
      ".paper{fill:#ffffff}.ink{fill:#1b2229;stroke:none}.soft{fill:#5b6670;stroke:none}"
      ".axis{stroke:#5b6670;fill:none}.grid{stroke:#5b6670;stroke-opacity:.18;fill:none}"
      ".rule{stroke:#1b2229;stroke-dasharray:4 3;fill:none}.median{stroke:#1b2229;stroke-width:2;fill:none}"
      ".l{fill:none!important;stroke-width:1.6;stroke-linejoin:round}.a{stroke:none!important;fill-opacity:."
      "18}"
      ".d{stroke:none!important;fill-opacity:.8}.f{fill-opacity:.28}.l.f{stroke-opacity:.35}"
      ".b{fill-opacity:.16;stroke-width:1.3}";
  std::string dark;
  for (std::size_t i = 0; i < palette.size(); ++i) {
    css += fmt::format(".c{0}{{fill:{1};stroke:{1}}}", i, palette[i].on_light);
    dark += fmt::format(".c{0}{{fill:{1};stroke:{1}}}", i, palette[i].on_dark);
  }
  css +=
      "@media(prefers-color-scheme:dark){.paper{fill:#14181d}.ink{fill:#e6eaee}.soft{fill:#a3adb7}"
      ".axis{stroke:#8a949e}.grid{stroke:#a3adb7}.rule,.median{stroke:#e6eaee}" +
      dark + "}";
  return css;
}

/// Length of the UTF-8 sequence that starts at `at`; 0 if there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const char c = text[at];
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (length > 1) {
      out += text.substr(at, length);
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

std::string SvgCanvas::colour_class(std::size_t index) {
  return fmt::format("c{}", index % palette.size());
}

double SvgCanvas::width_of(std::string_view text) {
  double characters = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++characters;  // continuation bytes have no width
  return characters * 6.6;
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

void SvgCanvas::title(const std::string& title, const std::string& subtitle) {
  body_ +=
      fmt::format("<text class=\"ink\" x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"600\">{}</text>\n",
                  escape_xml(title));
  if (!subtitle.empty()) text(16, 45, subtitle, Anchor::start, "soft");
}

void SvgCanvas::x_axis(const Frame& frame, const Scale& scale, const std::string& label) {
  const double width = frame.right - frame.left;
  for (const auto& tick : scale.ticks(static_cast<int>(width / 90))) {
    const double x = frame.left + width * scale.position(tick.value);
    line(x, frame.top, x, frame.bottom, "grid");
    text(x, frame.bottom + 17, tick.label, Anchor::middle, "soft");
  }
  line(frame.left, frame.bottom, frame.right, frame.bottom, "axis");
  text((frame.left + frame.right) / 2, frame.bottom + 36, label, Anchor::middle);
}

void SvgCanvas::y_axis(const Frame& frame, const Scale& scale, const std::string& label) {
  const double height = frame.bottom - frame.top;
  for (const auto& tick : scale.ticks(static_cast<int>(height / 50))) {
    const double y = frame.bottom - height * scale.position(tick.value);
    line(frame.left, y, frame.right, y, "grid");
    text(frame.left - 7, y + 4, tick.label, Anchor::end, "soft");
  }
  line(frame.left, frame.top, frame.left, frame.bottom, "axis");
  const double middle = (frame.top + frame.bottom) / 2;
  body_ += fmt::format(
      "<text class=\"ink\" text-anchor=\"middle\" transform=\"translate(18 {:.1f}) rotate(-90)\">{}</text>\n",
      middle, escape_xml(label));
}

std::string SvgCanvas::document(int width, int height, const std::string& title) const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\" "
      "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\">\n"
      "<title>{2}</title>\n<style>{3}</style>\n<rect class=\"paper\" width=\"{0}\" "
      "height=\"{1}\"/>\n{4}</svg>\n",
      width, height, escape_xml(title), style(), body_);
}

}  // namespace joulecast::report
