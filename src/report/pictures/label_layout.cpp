#include "report/pictures/label_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace joulecast::report {
namespace {

constexpr double ascent = 11;  // of 13 px text
constexpr double descent = 3;
constexpr double beside = 9;  // a label this near to its point needs no line to it

/// The box of a label that lies in this direction from the point, at this distance.
Frame box_at(Point point, double angle, double distance, double width) {
  const double x = point.x + distance * std::cos(angle);
  const double y = point.y + distance * std::sin(angle);
  const double left = x - width * (1 - std::cos(angle)) / 2;
  const double height = ascent + descent;
  const double top = y - height * (1 - std::sin(angle)) / 2;
  return {left, top, left + width, top + height};
}

}  // namespace

// Clips the line to the box, side by side (Liang and Barsky 1984): something is left if it crosses.
bool crosses(Point from, Point to, const Frame& box) {
  double begin = 0;
  double end = 1;
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  for (const auto& [step, room] : {std::pair{-dx, from.x - box.left}, std::pair{dx, box.right - from.x},
                                   std::pair{-dy, from.y - box.top}, std::pair{dy, box.bottom - from.y}}) {
    if (step == 0) {
      if (room <= 0) return false;
    } else if (step < 0) {
      begin = std::max(begin, room / step);
    } else {
      end = std::min(end, room / step);
    }
  }
  return begin < end;
}

void LabelLayout::avoid(Point mark, double radius) {
  marks_.push_back({mark.x - radius, mark.y - radius, mark.x + radius, mark.y + radius});
}

void LabelLayout::avoid_line(Point from, Point to) {
  lines_.emplace_back(from, to);
}

bool LabelLayout::is_free(const Frame& box, Point point, const std::optional<Point>& leader) const {
  if (box.left < frame_.left || box.right > frame_.right || box.top < frame_.top ||
      box.bottom > frame_.bottom)
    return false;
  const auto meets = [&](const Frame& other) { return box.meets(other); };
  if (std::ranges::any_of(marks_, meets) || std::ranges::any_of(labels_, meets)) return false;
  const auto covered = [&](const auto& line) { return crosses(line.first, line.second, box); };
  if (std::ranges::any_of(lines_, covered) || std::ranges::any_of(leaders_, covered)) return false;
  return !leader ||
         std::ranges::none_of(labels_, [&](const Frame& other) { return crosses(point, *leader, other); });
}

std::optional<PlacedLabel> LabelLayout::place(Point point, double width) {
  // Above and below read better than beside, which reads better than a corner.
  constexpr std::array<double, 20> twelfths{-3, 3, 0,    6,    -2,  -4,  2,    4,    -1,  -5,
                                            1,  5, -2.5, -3.5, 2.5, 3.5, -1.5, -4.5, 1.5, 4.5};
  for (const double distance : {beside, 20.0, 34.0, 50.0, 70.0, 95.0, 125.0})
    for (const double twelfth : twelfths) {
      const double angle = twelfth * std::numbers::pi / 6;
      const auto box = box_at(point, angle, distance, width);
      std::optional<Point> leader;
      if (distance > beside)
        leader = {std::clamp(point.x, box.left, box.right), std::clamp(point.y, box.top, box.bottom)};
      if (!is_free(box, point, leader)) continue;
      labels_.push_back(box);
      if (leader) leaders_.emplace_back(point, *leader);
      return PlacedLabel{{box.left, box.top + ascent}, leader};
    }
  return std::nullopt;
}

}  // namespace joulecast::report
