// Colours, dashes and patterns of every picture.
#include <fmt/format.h>

#include <array>

#include "report/pictures/svg_canvas.hpp"

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

// So that lines differ without colour. The first is solid.
constexpr std::array<const char*, 8> dashes{"none", "7 3", "2 3", "9 3 2 3",
                                            "12 4", "4 2", "1 2", "6 2 1 2 1 2"};

// What is drawn over the colour of a layer. Neighbours differ clearly.
constexpr std::array<const char*, 8> textures{"",
                                              "M-2 2L2 -2M0 8L8 0M6 10L10 6",
                                              "M2 2h1M6 6h1",
                                              "M-2 6L2 10M0 0L8 8M6 -2L10 2",
                                              "M0 4H8",
                                              "M4 0V8",
                                              "M0 4H8M4 0V8",
                                              "M0 2H8"};

}  // namespace

std::string SvgCanvas::colour_class(std::size_t index) {
  return fmt::format("c{}", index % palette.size());
}

std::string svg_style() {
  std::string css =
      ".paper{fill:#fff}.ink{fill:#1b2229;stroke:none}.soft{fill:#5b6670;stroke:none}"
      ".halo{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
      ".frame{stroke:#5b6670}.axis{stroke:#5b6670;fill:none}.grid{stroke:#5b6670;stroke-opacity:.18;fill:"
      "none}"
      ".rule{stroke:#1b2229;stroke-width:1.2;stroke-dasharray:5 3;fill:none}"
      ".median,.tick{stroke:#1b2229;stroke-width:2;fill:none}.tick{stroke-width:1}"
      ".whisker{stroke-width:1.2;fill:none!important}.leader{stroke:#5b6670;stroke-width:.7;fill:none}"
      ".peak{stroke:#1b2229;stroke-width:.9;stroke-linejoin:round;fill:none}"
      ".l{fill:none!important;stroke-width:1.8;stroke-linejoin:round}.a{stroke:none!important;fill-opacity:."
      "2}"
      ".d{stroke:#fff!important;stroke-width:.7}.f{fill-opacity:.5}.l.f{stroke-opacity:.35}"
      ".ring{fill:none!important;stroke:#1b2229;stroke-width:1.6}"
      ".b{fill-opacity:.16;stroke-width:1.3}.layer{stroke:#fff;stroke-width:.5}"
      ".texture{stroke:#fff;stroke-opacity:.7;stroke-width:1.2;fill:none}.dots{stroke:#1b2229;stroke-width:2;"
      "fill:none}.hatch{stroke:#5b6670;stroke-width:"
      "1;fill:none}"
      ".limited{stroke:#1b2229;stroke-width:.8}.hot{fill:#1b2229;stroke:none}"
      ".stage{fill:#1b2229;fill-opacity:.2}.lost{stroke:#a33000;stroke-opacity:.6;stroke-width:1.2;fill:"
      "none}";
  std::string dark =
      ".paper{fill:#14181d}.ink{fill:#e6eaee}.soft{fill:#a3adb7}.halo{stroke:#14181d}.axis{stroke:#8a949e}"
      ".grid{stroke:#a3adb7}.rule,.median,.tick,.peak,.ring,.dots{stroke:#e6eaee}.leader,.hatch{stroke:#"
      "a3adb7}"
      ".limited{stroke:#e6eaee}.hot{fill:#e6eaee}.d{stroke:#14181d!important}.layer,.texture{stroke:#14181d}."
      "stage{fill:#e6eaee}.lost{stroke:#ff9248}";
  for (std::size_t i = 0; i < palette.size(); ++i) {
    css += fmt::format(".c{0}{{fill:{1};stroke:{1}}}.l.c{0}{{stroke-dasharray:{2}}}", i, palette[i].on_light,
                       dashes[i]);
    dark += fmt::format(".c{0}{{fill:{1};stroke:{1}}}", i, palette[i].on_dark);
  }
  // Paper is white: a page in dark colours is printed in the light ones.
  return css + "@media screen and (prefers-color-scheme:dark){" + dark + "}";
}

std::string svg_patterns() {
  std::string text = "<defs>";
  for (std::size_t i = 0; i < textures.size(); ++i)
    text += fmt::format(
        "<pattern id=\"jc-layer-{0}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect "
        "class=\"c{0}\" "
        "stroke=\"none\" width=\"8\" height=\"8\"/><path class=\"texture\" d=\"{1}\"/></pattern>",
        i, *textures[i] == '\0' ? "M0 0" : textures[i]);
  for (const auto& [name, css_class, path] : {std::tuple{"gap", "hatch", "M-2 2L2 -2M0 8L8 0M6 10L10 6"},
                                              std::tuple{"limited", "dots", "M1 2h2M5 5h2"},
                                              std::tuple{"waste", "lost", "M-2 6L2 10M0 0L8 8M6 -2L10 2"}})
    text += fmt::format(
        "<pattern id=\"jc-{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path class=\"{}\" "
        "d=\"{}\"/></pattern>",
        name, css_class, path);
  return text + "</defs>\n";
}

}  // namespace joulecast::report
