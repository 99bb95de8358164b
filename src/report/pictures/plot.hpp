// A plot as data, independent of how it is drawn. `to_svg` and `to_terminal` draw the same plot.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace joulecast::report {

struct Axis {
  std::string label;
  bool logarithmic = false;   ///< values of 0 or below are left out of the picture
  std::optional<double> min;  ///< if absent, the range of the data
  std::optional<double> max;
  bool whole = false;  ///< only whole numbers are marked, as for epochs
  /// The label, and that the scale is logarithmic where it is.
  [[nodiscard]] std::string title() const {
    return logarithmic && !label.empty() ? label + " (log scale)" : label;
  }
};

/// The look of a line that is drawn in the colour of the text, thin and solid.
constexpr std::size_t ink = 1000;

/// bars: from x_low to x_high and from 0 to y. rings: around dots of another series.
enum class Mark { line, steps, dots, bars, rings };

/// One set of points; x and y have the same length. A value that is not finite interrupts the line.
struct Series {
  std::string label;  ///< text in the legend; "" = not listed
  Mark mark = Mark::line;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::string> point_labels;  ///< none, or one text beside each point
  /// Drawn in the background, such as single runs behind their medians.
  bool faint = false;
  /// Intervals of the points, as whiskers: none, or one end for each point. Not finite = no interval. Of
  /// bars, x_low and x_high are the sides.
  std::vector<double> x_low{};
  std::vector<double> x_high{};
  std::vector<double> y_low{};
  std::vector<double> y_high{};
  /// Number of its colour, shape and dashes; its place among the series if absent.
  std::optional<std::size_t> look{};
};

/// The region between low and high: an interval along x. Values that are not finite interrupt it.
struct Band {
  std::string label;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
  bool solid = false;                 ///< a layer of a stack, filled with a pattern of its own
  std::optional<std::size_t> look{};  ///< as of a Series
};

/// A named line across the picture at one x (vertical) or one y, such as "stable from here" or "budget".
struct Rule {
  std::string label;
  double at = 0;
  bool vertical = true;
};

/// gap: nothing is known there. waste: hatched. stage: a part of the whole, such as an evaluation. limited
/// and hot: strips along the upper edge, so that what they are about is seen below them.
enum class Shade { stage, gap, waste, limited, hot };

/// A shaded part of the x axis. The legend names each label once.
struct Stretch {
  std::string label;
  double from = 0;
  double to = 0;
  Shade shade = Shade::stage;
};

struct Plot {
  std::string title;
  std::string subtitle;
  Axis x;
  Axis y;
  std::vector<Band> bands;
  std::vector<Series> series;
  std::vector<Rule> rules;
  std::vector<Stretch> stretches{};
  /// Small marks along the x axis, such as the ends of epochs, and what the legend calls them.
  std::vector<double> ticks{};
  std::string ticks_label{};
  std::string description{};  ///< what the picture shows, for those who cannot see it
};

/// Several plots below each other over the same x axis, which is that of the first.
struct Panels {
  std::string title;
  std::string subtitle;
  std::vector<Plot> plots;
  bool same_y = false;  ///< all y axes have the same range
  std::string description{};
};

struct BoxGroup {
  std::string label;
  std::vector<double> values;
};

/// One row per group. The box is the middle half and its bar the median. The whiskers reach the furthest
/// value within 1.5 box lengths (Tukey). Every run is a dot.
struct BoxPlot {
  std::string title;
  std::string subtitle;
  Axis value;
  std::vector<BoxGroup> groups;
};

/// A figure with its interval, and a remark at its right. Not finite ends = no interval.
struct IntervalRow {
  std::string label;
  double value = 0;
  double low = 0;
  double high = 0;
  std::string remark{};
};

/// One row per figure, without a zero line: what matters is whether intervals overlap.
struct IntervalPlot {
  std::string title;
  std::string subtitle;
  Axis value;
  std::vector<IntervalRow> rows;
  std::string description{};
};

/// Parts of a whole along one bar. The shares add up to 1 at most.
struct SharePart {
  std::string label;
  double share = 0;
  std::size_t look = 0;
};
struct ShareBar {
  std::string title;
  std::vector<SharePart> parts;
};

}  // namespace joulecast::report
