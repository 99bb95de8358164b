// A plot as data: what is drawn, not how. `to_svg` and `to_terminal` draw the same plot.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace joulecast::report {

struct Axis {
  std::string label;
  bool logarithmic = false;   ///< values of 0 or below are then left out of the picture
  std::optional<double> min;  ///< where absent, what the data covers
  std::optional<double> max;
};

enum class Mark { line, steps, dots };

/// One set of points, x and y of one length. A value that is not finite is a gap: the line breaks there.
struct Series {
  std::string label;  ///< in the legend; "" = not listed
  Mark mark = Mark::line;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::string> point_labels;  ///< none, or one for each point, written beside it
  bool faint = false;                     ///< the background of the picture: single runs behind their medians
};

/// The region between low and high: an interval along x.
struct Band {
  std::string label;
  std::vector<double> x;
  std::vector<double> low;
  std::vector<double> high;
};

/// A line across the picture at one x (vertical) or one y, with its name: "stable from here", "budget".
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

/// One row a group: the box is the middle half, the bar in it the median, the whiskers reach the furthest
/// value within 1.5 box lengths (Tukey), and every run is a dot.
struct BoxPlot {
  std::string title;
  std::string subtitle;
  Axis value;
  std::vector<BoxGroup> groups;
};

}  // namespace joulecast::report
