#include "store/progress_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "store/block.hpp"

namespace joulecast::store {
namespace {

/// What a store holds after it has taken every change.
class Stored {
 public:
  void take(ProgressLog& log) {
    ProgressParts changes;
    log.take_changes(changes);
    for (auto& [place, part] : changes) {
      written_ += part.times.size();
      if (part.times.empty())
        parts_.erase(place);
      else
        parts_[place] = std::move(part);
    }
  }
  [[nodiscard]] std::vector<trace::ProgressPoint> points() const {
    std::vector<trace::ProgressPoint> points;
    for (const auto& [place, part] : parts_)
      for (std::size_t i = 0; i < part.times.size(); ++i)
        points.push_back({Seconds{to_seconds(part.times[i])}, part.work[i], place.first});
    return points;
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const auto& [place, part] : parts_)
      bytes += encode_times(part.times).size() + encode_values(part.work, 1).size();
    return bytes;
  }
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  ProgressParts parts_;
  std::size_t written_ = 0;
};

bool has(const std::vector<trace::ProgressPoint>& points, double time) {
  return std::ranges::any_of(points,
                             [&](const auto& point) { return std::abs(point.time.value() - time) < 1e-6; });
}

TEST(ProgressLog, AShortPhaseIsKeptWhole) {
  ProgressLog log;
  Stored stored;
  for (int i = 0; i <= 500; ++i) {
    log.add({Seconds{i * 0.25}, i * 0.01, 0});
    if (i % 7 == 0) stored.take(log);
  }
  stored.take(log);
  const auto points = stored.points();
  ASSERT_EQ(points.size(), 501u);
  for (int i = 0; i <= 500; ++i) {
    EXPECT_DOUBLE_EQ(points[static_cast<std::size_t>(i)].time.value(), i * 0.25);
    EXPECT_EQ(points[static_cast<std::size_t>(i)].work, i * 0.01);
  }
  EXPECT_FALSE(log.changed());
}

TEST(ProgressLog, AMillionStepsCostLittleAndKeepTheEndsOfEpochs) {
  ProgressLog log;
  Stored stored;
  constexpr int steps = 1'000'000, steps_of_epoch = 9'973;  // no multiple of a power of two
  for (int i = 0; i <= steps; ++i) {
    log.add({Seconds{i * 0.013}, static_cast<double>(i), 0});
    if (i > 0 && i % steps_of_epoch == 0) log.epoch_ended(Seconds{i * 0.013});
    if (i % 60 == 0) stored.take(log);  // as often as a store commits
  }
  stored.take(log);
  const auto points = stored.points();
  EXPECT_LE(points.size(), PhasePoints::most);
  EXPECT_GE(points.size(), PhasePoints::most / 2);
  EXPECT_LT(stored.bytes(), 40'000u);
  EXPECT_LT(stored.written(), 256u * (steps / 60 + 1) + 100'000u);  // a part for each commit
  EXPECT_EQ(points.front().work, 0);
  EXPECT_EQ(points.back().work, steps);
  for (int epoch = 1; epoch * steps_of_epoch <= steps; ++epoch)
    EXPECT_TRUE(has(points, epoch * steps_of_epoch * 0.013)) << epoch;
  double widest = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GT(points[i].work, points[i - 1].work);
    widest = std::max(widest, points[i].work - points[i - 1].work);
  }
  EXPECT_LE(widest, 2.0 * steps / (PhasePoints::most / 2));
}

TEST(ProgressLog, AnEndOfAnEpochMayComeBeforeItsPoint) {
  ProgressLog log;
  Stored stored;
  for (int epoch = 1; epoch <= 5; ++epoch) log.epoch_ended(Seconds{epoch * 3'333.0});
  for (int i = 0; i <= 20'000; ++i) log.add({Seconds{static_cast<double>(i)}, static_cast<double>(i), 0});
  stored.take(log);
  for (int epoch = 1; epoch <= 5; ++epoch) EXPECT_TRUE(has(stored.points(), epoch * 3'333.0)) << epoch;
}

TEST(ProgressLog, ManyEpochsDoNotFillTheStore) {
  ProgressLog log;
  Stored stored;
  for (int i = 0; i <= 100'000; ++i) {
    log.add({Seconds{static_cast<double>(i)}, static_cast<double>(i), 0});
    log.epoch_ended(Seconds{static_cast<double>(i)});
  }
  stored.take(log);
  EXPECT_LE(stored.points().size(), PhasePoints::most);
  EXPECT_EQ(stored.points().back().work, 100'000);
}

TEST(ProgressLog, EachPhaseHasItsOwnPoints) {
  ProgressLog log;
  Stored stored;
  log.add({Seconds{1}, 10, 0});
  log.add({Seconds{2}, 20, 0});
  log.add({Seconds{3}, 5, 1});
  log.add({Seconds{4}, 30, 0});  // phase 0 is over
  log.add({Seconds{5}, 6, 1});
  stored.take(log);
  const auto points = stored.points();
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[1].work, 20);
  EXPECT_EQ(points[2].phase, 1u);
  EXPECT_EQ(points[3].work, 6);
}

TEST(ProgressLog, WhatIsNoTimeOrNoNumberIsLeftOut) {
  ProgressLog log;
  log.add({Seconds{std::nan("")}, 1, 0});
  log.add({Seconds{1e300}, 1, 0});
  log.add({Seconds{1}, std::nan(""), 0});
  EXPECT_FALSE(log.changed());
  log.add({Seconds{2}, 1, 0});
  log.add({Seconds{1}, 2, 0});  // back in time
  ProgressParts parts;
  log.take_changes(parts);
  EXPECT_EQ((parts[{0, 0}].work), std::vector<double>{1});
}

}  // namespace
}  // namespace joulecast::store
