// A plot as data, independent of how it is drawn. `to_svg` and `to_terminal` draw the same plot.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace joulecast::report {

struct Axis {
  std::string label;
  bool logarithmic = false;   ///< values of 0 or below are left out of the picture
  std::optional<double> min;  ///< if absent, the range of the data
  std::optional<double> max;
};

enum class Mark { line, steps, dots };

/// One set of points; x and y have the same length. A value that is not finite interrupts the line.
struct Series {
  std::string label;  ///< text in the legend; "" = not listed
  Mark mark = Mark::line;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::string> point_labels;  ///< none, or one text beside each point
  /// Drawn in the background, such as single runs behind their medians.
  bool faint = false;
};

/// The region between low and high: an interval along x.
struct Band {
  std::string label;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
};

/// A named line across the picture at one x (vertical) or one y, such as "stable from here" or "budget".
struct Rule {
  std::string label;
  double at = 0;
  bool vertical = true;
};

struct Plot {
  std::string title;
  std::string subtitle;
  Axis x;
  Axis y;
  std::vector<Band> bands;
  std::vector<Series> series;
  std::vector<Rule> rules;
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

}  // namespace joulecast::report
