#include "report/pictures/terminal_plot.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/printable.hpp"
#include "report/pictures/box_shape.hpp"
#include "report/pictures/scale.hpp"

namespace joulecast::report {
namespace {

constexpr std::array<const char*, 6> ansi{"\x1b[34m", "\x1b[33m", "\x1b[32m",
                                          "\x1b[35m", "\x1b[36m", "\x1b[31m"};
constexpr std::array<char, 6> ascii_marks{'*', 'o', '+', 'x', '#', '@'};

int columns_of(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded_left(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - columns_of(text))), ' ') + text;
}

/// Cuts the text to `width` characters without splitting one, and removes control characters.
std::string fitted(std::string_view text, int width) {
  std::string out;
  int used = 0;
  for (const char c : printable(text)) {
    if ((c & 0xc0) != 0x80 && ++used > width) break;
    out += c;
  }
  return out;
}

/// A grid of characters. Each character holds 2 x 4 braille dots or one mark.
class Grid {
 public:
  Grid(int width, int height)
      : width_(width), height_(height), cells_(static_cast<std::size_t>(width * height)) {}

  /// x and y are in 0..1; y grows upwards.
  void dot(double x, double y, std::size_t series) {
    const int column = std::min(2 * width_ - 1, static_cast<int>(x * 2 * width_));
    const int row = std::min(4 * height_ - 1, static_cast<int>((1 - y) * 4 * height_));
    static constexpr std::uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    auto& cell = at(column / 2, row / 4);
    cell.dots = static_cast<std::uint8_t>(cell.dots | bits[row % 4][column % 2]);
    if (!cell.mark) cell.series = series;
  }
  void mark(double x, double y, char mark, std::size_t series) {
    auto& cell = at(std::min(width_ - 1, static_cast<int>(x * width_)),
                    std::min(height_ - 1, static_cast<int>((1 - y) * height_)));
    cell.mark = mark;
    cell.series = series;
  }
  void segment(double x0, double y0, double x1, double y1, std::size_t series) {
    const int steps =
        1 + static_cast<int>(std::max(std::abs(x1 - x0) * 2 * width_, std::abs(y1 - y0) * 4 * height_));
    for (int i = 0; i <= steps; ++i) {
      const double t = static_cast<double>(i) / steps;
      dot(std::lerp(x0, x1, t), std::lerp(y0, y1, t), series);
    }
  }

  [[nodiscard]] std::string row(int line, const TerminalOptions& options) const {
    std::string out;
    for (int column = 0; column < width_; ++column) {
      const auto& cell = cells_[index(column, line)];
      if (!cell.mark && cell.dots == 0) {
        out += ' ';
        continue;
      }
      if (options.colour) out += ansi[cell.series % ansi.size()];
      out += cell.mark         ? std::string(1, cell.mark)
             : options.unicode ? braille(cell.dots)
                               : std::string(1, ascii_marks[cell.series % ascii_marks.size()]);
      if (options.colour) out += "\x1b[0m";
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  }

 private:
  struct Cell {
    std::uint8_t dots = 0;
    char mark = 0;
    std::size_t series = 0;
  };
  static std::string braille(std::uint8_t dots) {  // U+2800 + dots in UTF-8
    return {'\xe2', static_cast<char>(0xa0 | (dots >> 6)), static_cast<char>(0x80 | (dots & 0x3f))};
  }
  [[nodiscard]] std::size_t index(int column, int line) const {
    return static_cast<std::size_t>(line) * static_cast<std::size_t>(width_) +
           static_cast<std::size_t>(column);
  }
  Cell& at(int column, int line) { return cells_[index(column, line)]; }
  int width_;
  int height_;
  std::vector<Cell> cells_;
};

char mark_of(std::size_t series) {
  return ascii_marks[series % ascii_marks.size()];
}

void draw_line(Grid& grid, const Scale& xs, const Scale& ys, const std::vector<double>& x,
               const std::vector<double>& y, std::size_t index, bool steps) {
  bool open = false;
  double px = 0;
  double py = 0;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const double nx = xs.position(x[i]);
    const double ny = ys.position(y[i]);
    if (!std::isfinite(nx + ny)) {
      open = false;
      continue;
    }
    if (!open) {
      grid.dot(nx, ny, index);
    } else if (steps) {
      grid.segment(px, py, nx, py, index);
      grid.segment(nx, py, nx, ny, index);
    } else {
      grid.segment(px, py, nx, ny, index);
    }
    open = true;
    px = nx;
    py = ny;
  }
}

void draw(Grid& grid, const Plot& plot, const Scale& xs, const Scale& ys) {
  for (const auto& rule : plot.rules) {
    if (!(rule.vertical ? xs : ys).shows(rule.at)) continue;
    const double at = (rule.vertical ? xs : ys).position(rule.at);
    if (rule.vertical)
      grid.segment(at, 0, at, 1, 5);
    else
      grid.segment(0, at, 1, at, 5);
  }
  for (std::size_t i = 0; i < plot.bands.size(); ++i) {
    draw_line(grid, xs, ys, plot.bands[i].x, plot.bands[i].low, i, false);
    draw_line(grid, xs, ys, plot.bands[i].x, plot.bands[i].high, i, false);
  }
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const auto& series = plot.series[i];
    if (series.mark == Mark::rings) continue;  // a ring would hide the dot
    if (series.mark != Mark::dots) {
      draw_line(grid, xs, ys, series.x, series.y, i, series.mark == Mark::steps);
      continue;
    }
    for (std::size_t k = 0; k < std::min(series.x.size(), series.y.size()); ++k) {
      if (!xs.shows(series.x[k]) || !ys.shows(series.y[k]))
        continue;  // outside a fixed axis; not drawn at its edge
      const double x = xs.position(series.x[k]);
      const double y = ys.position(series.y[k]);
      if (series.faint)
        grid.dot(x, y, i);
      else
        grid.mark(x, y, mark_of(i), i);
    }
  }
}

std::string x_labels(const Scale& scale, int indent, int width) {
  std::string line(static_cast<std::size_t>(indent + width + 8), ' ');
  int free_from = 0;
  for (const auto& tick : scale.ticks(std::max(2, width / 14))) {
    const int length = static_cast<int>(tick.label.size());
    const int at = indent + static_cast<int>(scale.position(tick.value) * (width - 1)) - length / 2;
    if (at < free_from || at + length > static_cast<int>(line.size())) continue;
    line.replace(static_cast<std::size_t>(at), tick.label.size(), tick.label);
    free_from = at + length + 1;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string legend(const Plot& plot, const TerminalOptions& options) {
  std::string out;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    if (plot.series[i].label.empty() || plot.series[i].mark == Mark::rings) continue;
    const bool drawn_as_mark =
        (plot.series[i].mark == Mark::dots && !plot.series[i].faint) || !options.unicode;
    const std::string mark = drawn_as_mark ? std::string(1, mark_of(i)) : "\xe2\xa0\xa4";
    out += options.colour ? fmt::format("   {}{}\x1b[0m {}", ansi[i % ansi.size()], mark,
                                        fitted(plot.series[i].label, 40))
                          : fmt::format("   {} {}", mark, fitted(plot.series[i].label, 40));
  }
  return out.empty() ? out : out.substr(3);
}

}  // namespace

TerminalOptions terminal_options() {
  TerminalOptions options;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    options.width = std::min<int>(size.ws_col, 120);
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  const auto locale = !set("LC_ALL").empty()     ? set("LC_ALL")
                      : !set("LC_CTYPE").empty() ? set("LC_CTYPE")
                                                 : set("LANG");
  options.unicode =
      locale.find("UTF") != std::string_view::npos || locale.find("utf") != std::string_view::npos;
  options.colour = ::isatty(STDOUT_FILENO) == 1 && set("NO_COLOR").empty() && set("TERM") != "dumb";
  return options;
}

std::string to_terminal(const Plot& plot, const TerminalOptions& options) {
  Scale xs(plot.x);
  Scale ys(plot.y);
  for (const auto& band : plot.bands) {
    xs.include(band.x);
    ys.include(band.low);
    ys.include(band.high);
  }
  for (const auto& series : plot.series) {
    xs.include(series.x);
    ys.include(series.y);
  }
  for (const auto& rule : plot.rules) (rule.vertical ? xs : ys).include(rule.at);
  xs.finish();
  ys.finish();

  const int height = std::max(3, options.height);
  const auto ticks = ys.ticks(height / 3);
  int room = 1;
  for (const auto& tick : ticks) room = std::max(room, columns_of(tick.label));
  const int width = std::max(16, options.width - room - 3);
  Grid grid(width, height);
  draw(grid, plot, xs, ys);

  std::string out;
  if (!plot.title.empty()) out += fitted(plot.title, options.width) + "\n";
  if (!plot.y.title().empty()) out += fitted(plot.y.title(), options.width) + "\n";
  const char* wall = options.unicode ? "\xe2\x94\x82" : "|";
  const char* notch = options.unicode ? "\xe2\x94\xa4" : "+";
  for (int line = 0; line < height; ++line) {
    const auto tick = std::find_if(ticks.begin(), ticks.end(), [&](const Tick& t) {
      return std::min(height - 1, static_cast<int>((1 - ys.position(t.value)) * height)) == line;
    });
    const bool labelled = tick != ticks.end();
    out += fmt::format("{} {}{}\n", padded_left(labelled ? tick->label : "", room), labelled ? notch : wall,
                       grid.row(line, options));
  }
  std::string floor;
  for (int i = 0; i < width; ++i) floor += options.unicode ? "\xe2\x94\x80" : "-";
  out += fmt::format("{} {}{}\n", padded_left("", room), options.unicode ? "\xe2\x94\x94" : "+", floor);
  out += x_labels(xs, room + 2, width) + "\n";
  if (!plot.x.title().empty())
    out += padded_left(fitted(plot.x.title(), options.width),
                       room + 2 + (width + columns_of(plot.x.title())) / 2) +
           "\n";
  const auto names = legend(plot, options);
  return names.empty() ? out : out + names + "\n";
}

std::string to_terminal(const BoxPlot& plot, const TerminalOptions& options) {
  Scale scale(plot.value);
  int room = 1;
  for (const auto& group : plot.groups) {
    scale.include(group.values);
    room = std::max(room, std::min(columns_of(group.label), options.width / 3));
  }
  scale.finish();
  const int width = std::max(16, options.width - room - 2);
  std::string out = plot.title.empty() ? "" : fitted(plot.title, options.width) + "\n";
  for (std::size_t i = 0; i < plot.groups.size(); ++i) {
    const auto shape = box_shape(plot.groups[i].values);
    std::vector<std::string> cells(static_cast<std::size_t>(width), " ");
    if (shape) {
      const auto at = [&](double value) {
        const double position = scale.position(value);  // NaN for a value <= 0 on a logarithmic axis
        return std::isnan(position) ? 0 : std::min(width - 1, static_cast<int>(position * width));
      };
      const auto fill = [&](double from, double to, const char* what) {
        for (int c = at(from); c <= at(to); ++c) cells[static_cast<std::size_t>(c)] = what;
      };
      fill(shape->whisker_low, shape->whisker_high, options.unicode ? "\xe2\x94\x80" : "-");
      fill(shape->q1, shape->q3, options.unicode ? "\xe2\x96\x92" : "=");
      fill(shape->median, shape->median, options.unicode ? "\xe2\x94\x83" : "|");
    }
    std::string row;
    for (const auto& cell : cells) row += cell;
    row.erase(row.find_last_not_of(' ') + 1);
    if (options.colour) row = ansi[i % ansi.size()] + row + "\x1b[0m";
    out += fmt::format("{}  {}\n", padded_left(fitted(plot.groups[i].label, room), room), row);
  }
  return out + x_labels(scale, room + 2, width) + "\n" +
         (plot.value.title().empty() ? ""
                                     : padded_left(fitted(plot.value.title(), options.width),
                                                   room + 2 + (width + columns_of(plot.value.title())) / 2) +
                                           "\n");
}

}  // namespace joulecast::report
