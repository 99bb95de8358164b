// Parts of a run that repeat: folds, stages, rounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/progress/tracked_training.hpp"

namespace joulecast::progress {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(Tracker, FitsOfASingleEpochAreOnePhaseEach) {
  Training training;
  for (int fit = 0; fit < 3; ++fit) {
    training.begins(5.0 * fit, 1, 1);
    training.ends(5.0 * fit + 4, 1, 1);
  }
  EXPECT_THAT(training.numbers(), ElementsAre(1, 1, 1));
  EXPECT_EQ(training.tracker.phases().size(), 3u);
}

TEST(Tracker, AFoldOfFewerStepsIsNoShortEpoch) {
  Training training;
  for (const int steps : {40, 30})
    for (int epoch = 1; epoch <= 3; ++epoch)
      for (const int step : {10, steps})
        training.of_epoch((steps == 40 ? 0 : 100) + 20 * epoch + 0.1 * step, step, steps, epoch);
  training.finish(190);
  ASSERT_EQ(training.tracker.phases().size(), 2u);
  for (const auto& phase : training.tracker.phases()) EXPECT_EQ(phase.work, 3);
}

TEST(Tracker, EpochsWithinRoundsAreNotTheRuns) {
  Training training;
  for (int round = 1; round <= 3; ++round) {
    training.at(10.0 * (round - 1), [&](Report& report) { report.round_begins(round, 3); });
    for (int i = 1; i <= 4; ++i) training.ends(10.0 * (round - 1) + 2 * i, i % 2 + 1, 2);
    EXPECT_EQ(training.tracker.phases().back().work, round - 1);
    EXPECT_EQ(training.tracker.total_work(), 3);
  }
  training.finish(30);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(10, 20, DoubleNear(30, 1e-6)));
  EXPECT_EQ(training.tracker.phases().back().unit, "round");
  EXPECT_EQ(training.tracker.phases().back().work, 3);
  EXPECT_EQ(training.tracker.phases().size(), 1U);
}

TEST(Tracker, RoundsWithoutEpochsAreCountedAtTheirNames) {
  Training training;
  for (int i = 1; i <= 3; ++i) training.at(2.0 * i, [&](Report& report) { report.round_begins(i, 4); });
  EXPECT_THAT(training.works(), ElementsAre(1, 2, 3));
  EXPECT_EQ(training.tracker.total_work(), 4);
}

TEST(Tracker, APartThatTheEndOfItsFirstEpochNamesBeganBefore) {
  Training training;
  for (int fold = 1; fold <= 2; ++fold)
    for (int i = 1; i <= 3; ++i)
      training.at(6.0 * (fold - 1) + 2 * i, [&](Report& report) {
        if (i == 1) report.phase_begins("fold", Part{fold, 2, true});
        report.epoch_ends(i, 3);
      });
  training.finish(13);
  ASSERT_EQ(training.tracker.phases().size(), 2U);
  EXPECT_EQ(training.tracker.phases()[1].span.begin, Seconds{6});
  EXPECT_EQ(training.tracker.epochs()[3].span.begin, Seconds{6});
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(training.works(), ElementsAre(1, 2, 3, 1, 2, 3));
}

TEST(Tracker, PartsInWhichNothingIsHeardAreTheWork) {
  Training training;
  for (int fold = 0; fold < 4; ++fold)
    training.at(2.0 * fold, [&](Report& report) { report.phase_begins("", Part{fold, 4, true}); });
  EXPECT_THAT(training.works(), ElementsAre(1, 2, 3));
  EXPECT_EQ(training.tracker.total_work(), 4);
  training.finish(8);
  EXPECT_THAT(training.works(), ElementsAre(4));
  EXPECT_EQ(training.tracker.phases().size(), 1U);
}

TEST(Tracker, ALabelIsNoPartUntilAnotherFollows) {
  Training training;
  for (int seed = 42; seed <= 43; ++seed) {
    training.at(10.0 * seed, [&](Report& report) { report.phase_begins("", Part{seed, {}, true}); });
    for (int i = 1; i <= 3; ++i) training.ends(10.0 * seed + i, i, 3);
  }
  EXPECT_FALSE(training.tracker.part_of(0));
  EXPECT_TRUE(training.tracker.part_of(1));
}

TEST(Tracker, PartsWhoseEpochsGoOnAreNotAlike) {
  Training training;
  for (int part = 1; part <= 2; ++part) {
    training.at(10.0 * part, [&](Report& report) { report.phase_begins("", Part{part, 2, true}); });
    for (int i = 1; i <= 3; ++i) training.begins(10.0 * part + i, 3 * (part - 1) + i, 6);
  }
  EXPECT_FALSE(training.tracker.part_of(1)->alike);
}

}  // namespace
}  // namespace joulecast::progress
