// Places the labels of points so that they cover neither marks, lines nor each other. Internal to src/report.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "report/pictures/svg_canvas.hpp"

namespace joulecast::report {

/// Where a label's text begins, on its baseline. A label that is not beside its point needs a line to it,
/// which ends at `leader`.
struct PlacedLabel {
  Point text;
  std::optional<Point> leader;
};

class LabelLayout {
 public:
  explicit LabelLayout(const Frame& frame) : frame_(frame) {}

  /// Labels keep off a mark at this point.
  void avoid(Point mark, double radius);
  /// Labels keep off the straight line between two points.
  void avoid_line(Point from, Point to);

  /// The nearest free place within the frame; nothing if there is none. A placed label is avoided by the
  /// next ones.
  [[nodiscard]] std::optional<PlacedLabel> place(Point point, double width);

 private:
  [[nodiscard]] bool is_free(const Frame& box, Point point, const std::optional<Point>& leader) const;
  Frame frame_;
  std::vector<Frame> marks_;
  std::vector<Frame> labels_;
  std::vector<std::pair<Point, Point>> lines_;
  std::vector<std::pair<Point, Point>> leaders_;
};

/// Whether any part of the line between two points lies within the box.
[[nodiscard]] bool crosses(Point from, Point to, const Frame& box);

}  // namespace joulecast::report
