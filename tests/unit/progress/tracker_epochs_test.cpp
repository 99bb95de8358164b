// How epochs are told apart and numbered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/progress/tracked_training.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;

TEST(Tracker, LinesThatEndTheirEpoch) {
  Training training;
  for (int i = 1; i <= 3; ++i) training.ends(2.0 * i, i, 3);
  training.finish(8);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(2, 4, 6));
  EXPECT_THAT(training.works(), ElementsAre(1, 2, 3));
  EXPECT_EQ(training.tracker.phases().front().total_work, 3);
  EXPECT_EQ(training.tracker.phases().front().unit, "epoch");
  EXPECT_EQ(training.tracker.contradictions(), 0);
}

TEST(Tracker, HeadingsThatBeginTheirEpoch) {
  Training training;
  for (int i = 0; i < 3; ++i) training.begins(1 + 2.0 * i, i, 3);
  EXPECT_THAT(training.works(), ElementsAre(1, 2));
  training.finish(7);
  EXPECT_THAT(training.numbers(), ElementsAre(0, 1, 2));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(3, 5, 7));
  EXPECT_THAT(training.works(), ElementsAre(3));
}

TEST(Tracker, AResumedRunHasOnlyItsOwnEpochs) {
  Training training;
  training.ends(10, 37, 90);
  EXPECT_THAT(training.works(), ElementsAre()) << "37 epochs of ours, or the first of ours?";
  training.ends(12, 38, 90);
  EXPECT_THAT(training.works(), ElementsAre(1, 2));
  EXPECT_EQ(training.tracker.total_work(), 54);
}

TEST(Tracker, AResumedRunThatSaysWhenAnEpochBegins) {
  Training training;
  training.begins(10, 37, 90);
  training.begins(12, 38, 90);
  EXPECT_THAT(training.works(), ElementsAre(1));
  EXPECT_EQ(training.tracker.total_work(), 54);
}

TEST(Tracker, EveryTenthEpochIsTenEpochs) {
  Training training;
  for (int i = 1; i <= 5; ++i) training.ends(4.0 * i, 10 * i, 50);
  training.finish(20);
  EXPECT_THAT(training.works(), ElementsAre(10, 20, 30, 40, 50));
  EXPECT_EQ(training.tracker.phases().front().total_work, 50);
  for (const auto& epoch : training.tracker.epochs()) EXPECT_EQ(epoch.work, 10);
}

TEST(Tracker, EveryTenthEpochFromZero) {
  Training training;
  for (int i = 0; i <= 5; ++i) training.ends(1 + 4.0 * i, 10 * i);
  EXPECT_THAT(training.works(), ElementsAre(1, 11, 21, 31, 41, 51));
}

TEST(Tracker, RanksThatPrintTheSameAreOne) {
  Training training;
  for (int epoch = 0; epoch < 3; ++epoch) {
    training.ends(2 + 2.0 * epoch, epoch, 3);
    training.ends(2.01 + 2.0 * epoch, epoch, 3);
  }
  EXPECT_THAT(training.numbers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(training.tracker.contradictions(), 0);
  EXPECT_EQ(training.tracker.phases().size(), 1u);
}

TEST(Tracker, ARankMayLagBehind) {
  Training training;
  for (int epoch = 1; epoch < 4; ++epoch) {
    training.of_epoch(2.0 * epoch, 20, 20, epoch);
    training.ends(2.0 * epoch, epoch);
    training.of_epoch(2.0 * epoch + 0.02, 1, 20, epoch + 1);
    training.of_epoch(2.0 * epoch + 0.04, 20, 20, epoch);
    training.ends(2.0 * epoch + 0.04, epoch);
    training.of_epoch(2.0 * epoch + 0.06, 1, 20, epoch + 1);
  }
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3));
  EXPECT_EQ(training.tracker.contradictions(), 0);
}

TEST(Tracker, ABarOfEpochsBesideABarOfSteps) {
  Training training;
  training.epochs_done(1, 0, 3);
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (int step = 0; step <= 50; step += 10) training.of_epoch(1 + epoch + 0.02 * step, step, 50);
    training.epochs_done(2 + epoch, epoch + 1, 3);
    training.epochs_done(2 + epoch, epoch + 1, 3);
  }
  training.finish(4.1);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(2, 3, 4));
}

TEST(Tracker, AnEndSaidAgainLastedLonger) {
  Training training;
  training.ends(4, 1, 3);
  training.ends(5, 1, 3);
  training.ends(9, 2, 3);
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(5, 9));
}

TEST(Tracker, FractionsOfEpochs) {
  Training training;
  training.at(0.5, [](Report& report) { report.total_epochs(3); });
  for (int i = 1; i <= 6; ++i) training.epochs_done(i, 0.49 * i);
  training.finish(6);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2));
  EXPECT_NEAR(training.tracker.epochs()[0].span.end.value(), 2 + 0.02 / 0.49, 1e-9);
  EXPECT_NEAR(training.tracker.phases().front().work, 2.94, 1e-9);
  EXPECT_EQ(training.tracker.phases().front().total_work, 3);
}

TEST(Tracker, ABarOfEpochsThatAnEarlierRunBegan) {
  Training training;
  for (int done = 45; done <= 48; ++done)
    training.at(2.0 * (done - 45), [&](Report& report) {
      if (done == 45) report.work_counts_from(45);
      report.epochs_done(done, 55);
    });
  EXPECT_THAT(training.numbers(), ElementsAre(46, 47, 48));
  EXPECT_EQ(training.tracker.total_work(), 10);
}

TEST(Tracker, EpochsWithoutEndTakeBoundedMemory) {
  Training training;
  for (int i = 1; i <= 200'000; ++i) training.ends(0.01 * i, i);
  EXPECT_EQ(training.tracker.epochs().size(), 100'000u);
  training.finish(2'000);
  EXPECT_EQ(training.tracker.phases().front().work, 200'000);
}

}  // namespace
}  // namespace joulecast::progress
