#include "report/pictures/label_layout.hpp"

#include <gtest/gtest.h>

#include "report/pictures/axis_unit.hpp"

namespace joulecast::report {
namespace {

constexpr Frame picture{0, 0, 400, 300};

Frame box_of(const PlacedLabel& label, double width) {
  return {label.text.x, label.text.y - 11, label.text.x + width, label.text.y + 3};
}

TEST(LabelLayout, LabelsOfACrowdDoNotMeet) {
  LabelLayout layout(picture);
  std::vector<Point> points;
  for (int i = 0; i < 6; ++i) points.push_back({180.0 + 9 * (i % 2), 140.0 + 9 * (i / 2)});
  for (const auto point : points) layout.avoid(point, 5);
  std::vector<Frame> boxes;
  for (const auto point : points) {
    const auto label = layout.place(point, 70);
    ASSERT_TRUE(label);
    const auto box = box_of(*label, 70);
    for (const auto& other : boxes) EXPECT_FALSE(box.meets(other));
    for (const auto mark : points) EXPECT_FALSE(box.meets({mark.x - 4, mark.y - 4, mark.x + 4, mark.y + 4}));
    EXPECT_GE(box.left, picture.left);
    EXPECT_LE(box.right, picture.right);
    boxes.push_back(box);
  }
}

TEST(LabelLayout, ALabelKeepsOffALine) {
  LabelLayout layout(picture);
  const Point from{0, 90};
  const Point to{400, 90};  // just above the point, where the label would go
  layout.avoid_line(from, to);
  const auto label = layout.place({200, 100}, 60);
  ASSERT_TRUE(label);
  EXPECT_FALSE(crosses(from, to, box_of(*label, 60)));
}

TEST(LabelLayout, ALabelThatIsFarFromItsPointHasALineToIt) {
  LabelLayout layout(picture);
  layout.avoid({200, 150}, 25);
  const auto label = layout.place({200, 150}, 60);
  ASSERT_TRUE(label);
  EXPECT_TRUE(label->leader);
}

TEST(LabelLayout, ThereIsNoPlaceForALabelWiderThanThePicture) {
  EXPECT_FALSE(LabelLayout(picture).place({200, 150}, 500));
}

TEST(LabelLayout, ALineThroughABoxCrossesItAndOneBesideItDoesNot) {
  const Frame box{10, 10, 20, 20};
  EXPECT_TRUE(crosses({0, 0}, {30, 30}, box));
  EXPECT_TRUE(crosses({12, 12}, {13, 13}, box));
  EXPECT_FALSE(crosses({0, 0}, {30, 5}, box));
}

TEST(AxisUnit, NamesTheUnitAndChoosesAReadableOne) {
  EXPECT_EQ(axis_unit("gpu_energy_j", 5e6).label, "GPU energy, MJ");
  EXPECT_EQ(axis_unit("gpu_energy_j", 5e6).divisor, 1e6);
  EXPECT_EQ(axis_unit("energy_kwh", 5e6).label, "energy, kWh");
  EXPECT_EQ(axis_unit("energy_kwh_with_pue", 1).label, "energy with PUE, kWh");
  EXPECT_EQ(axis_unit("duration_s", 90'000).label, "duration, h");
  EXPECT_EQ(axis_unit("mean_gpu_w", 300).label, "mean GPU, W");
  EXPECT_EQ(axis_unit("top1", 0.9).label, "top1");
  EXPECT_EQ(axis_unit("energy_j", 1500).label, "energy, J");  // 1.5 kJ would be less exact
}

}  // namespace
}  // namespace joulecast::report
