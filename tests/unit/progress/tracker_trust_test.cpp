// Which of several tellers is believed, and how much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/progress/tracked_training.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;

TEST(Tracker, WhatTheProgramTellsOverrulesWhatItPrints) {
  Training training;
  training.at(
      1, [](Report& report) { report.epoch_begins(1, 2); }, Evidence::told);
  training.begins(1.1, 7, 100);
  training.ends(2, 7, 100);
  training.at(
      3, [](Report& report) { report.epoch_ends(1, 2); }, Evidence::told);
  EXPECT_THAT(training.numbers(), ElementsAre(1));
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::told);
  EXPECT_TRUE(training.tracker.trust().consistent);
}

TEST(Tracker, AGuessIsReplacedByWhatAFormatStates) {
  Training training;
  training.at(
      1, [](Report& report) { report.work_done(10, 64); }, Evidence::guessed);
  training.at(
      2, [](Report& report) { report.work_done(64, 64); }, Evidence::guessed);
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::guessed);
  training.begins(3, 1, 5);
  training.ends(5, 1, 5);
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::stated);
  EXPECT_EQ(training.tracker.total_work(), 5);
}

TEST(Tracker, OutputThatComesAllAtOnce) {
  Training training;
  for (int i = 1; i <= 5; ++i) training.ends(9, i, 5);
  EXPECT_TRUE(training.tracker.came_at_once());
  EXPECT_FALSE(training.tracker.trust().consistent);
}

TEST(Tracker, NumbersThatContradictEachOther) {
  Training training;
  training.ends(2, 5, 10);
  training.ends(4, 6, 10);
  training.ends(6, 7, 20);
  EXPECT_EQ(training.tracker.contradictions(), 1);
  EXPECT_FALSE(training.tracker.trust().consistent);
}

TEST(Tracker, APrintedSettingIsAGuessUntilALineOfProgressTellsTheSame) {
  const auto setting = [](Report& report) {
    report.guess();
    report.total_epochs(8);
  };
  Training training;
  training.at(0, setting);
  training.ends(1, 1);
  EXPECT_EQ(training.tracker.total_epochs(), 8);
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::guessed);
  training.ends(2, 2, 8);
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::stated);

  Training over;
  over.at(0, setting);
  over.ends(1, 1);
  over.finish(2);
  EXPECT_EQ(over.tracker.trust().evidence, Evidence::guessed) << "after its end as well";

  Training other;  // it was of something else
  other.at(0, setting);
  other.ends(1, 1, 4);
  EXPECT_EQ(other.tracker.total_epochs(), 4);
  EXPECT_EQ(other.tracker.trust().evidence, Evidence::stated);
  EXPECT_EQ(other.tracker.contradictions(), 0);

  Training longer;
  longer.at(0, setting);
  for (int epoch = 1; epoch <= 9; ++epoch) longer.ends(epoch, epoch);
  EXPECT_FALSE(longer.tracker.total_epochs());
  EXPECT_TRUE(longer.tracker.trust().consistent);

  Training users({.epochs = 4, .steps = {}});
  users.at(0, setting);
  users.ends(1, 1);
  EXPECT_EQ(users.tracker.total_epochs(), 4);
  EXPECT_FALSE(users.tracker.disagreement());
}

TEST(Tracker, ABarOfSomethingElseAfterTheLastStepContradictsNothing) {
  Training training;
  for (int step = 0; step <= 100; ++step)
    training.at(
        step, [&](Report& report) { report.work_done(step, 100); }, Evidence::guessed);
  for (const int step : {5, 10, 20})  // of a validation
    training.at(
        120 + step, [&](Report& report) { report.work_done(step, 20); }, Evidence::guessed);
  EXPECT_EQ(training.tracker.contradictions(), 0);
  EXPECT_EQ(training.tracker.phases().size(), 1);
}

TEST(Tracker, MoreThanTheTotalIsNotTrusted) {
  Training training;
  for (int i = 1; i <= 4; ++i) training.ends(2.0 * i, i, 3);
  EXPECT_FALSE(training.tracker.trust().consistent);
  EXPECT_EQ(training.tracker.total_work(), 4);
}

TEST(Tracker, OtherStepsAreBelievedOnceTheyProveRight) {
  Training training;
  const auto run_epoch = [&](int epoch, double announced) {
    training.begins(20.0 * (epoch - 1), epoch, 5);
    for (int step = 1; step <= 10; ++step)
      training.of_epoch(20.0 * (epoch - 1) + 2 * step - 1, step, announced);
  };
  run_epoch(1, 30);
  run_epoch(2, 10);
  EXPECT_NEAR(training.tracker.phases().back().work, 2, 1e-9);
  EXPECT_FALSE(training.tracker.trust().settled) << "the first announcement was wrong";
  run_epoch(3, 10);
  EXPECT_TRUE(training.tracker.trust().settled);
}

TEST(Tracker, AnotherTotalThanTheUsersIsTold) {
  Training training({.epochs = 5, .steps = {}});
  training.ends(2, 1, 10);
  ASSERT_TRUE(training.tracker.disagreement());
  EXPECT_EQ(training.tracker.disagreement()->said, 5);
  EXPECT_EQ(training.tracker.disagreement()->heard, 10);
  EXPECT_FALSE(training.tracker.trust().agrees_with_user);
  EXPECT_EQ(training.tracker.total_work(), 10);
  Training same({.epochs = 10, .steps = {}});
  same.ends(2, 1, 10);
  EXPECT_FALSE(same.tracker.disagreement());
}

TEST(Tracker, EpochsOfOtherLengthsAreNotForeseen) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    training.begins(20.0 * epoch, epoch, 5);
    for (int step = 1; step <= 10 * epoch; ++step)
      training.of_epoch(20.0 * epoch + step / 2.0, step, 10 * epoch);
    training.ends(20.0 * epoch + 18, epoch, 5);
    EXPECT_EQ(training.tracker.trust().settled, epoch == 1);
  }
}

TEST(Tracker, AProgramThatTellsAnotherTotalHasChangedItsPlan) {
  for (const auto evidence : {Evidence::stated, Evidence::told}) {
    Training training;
    for (int epoch = 1; epoch <= 6; ++epoch)
      training.at(
          2.0 * epoch, [&](Report& report) { report.epoch_ends(epoch, epoch < 4 ? 10 : 20); }, evidence);
    EXPECT_EQ(training.tracker.trust().consistent, evidence == Evidence::told);
    EXPECT_EQ(training.tracker.total_work(), 20);
  }
}

TEST(Tracker, AResumedRunMayCountFromZeroUntilItsLastNumber) {
  for (const int first : {0, 1, 12})
    for (const int last : {23, 24}) {
      Training training;
      for (int epoch = first; epoch <= last; ++epoch) {
        training.begins(2.0 * epoch, epoch, 24);
        EXPECT_EQ(training.tracker.trust().may_count_from_zero, first == 12 && epoch < 24) << epoch;
      }
      training.finish(2.0 * last + 2);
      const auto& phase = training.tracker.phases().back();
      if (first == 12) {
        EXPECT_EQ(phase.work, last - 11);
        EXPECT_EQ(phase.total_work, phase.work) << "its last number tells";
      }
    }
}

TEST(Tracker, ABarWithAnotherTotalThanTheHeadingContradictsItOnce) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    training.begins(20.0 * epoch, epoch, 5);
    training.begins(20.0 * epoch + 1, epoch, 10);
  }
  EXPECT_EQ(training.tracker.contradictions(), 1);
  EXPECT_EQ(training.tracker.total_work(), 5);
}

TEST(Tracker, IsTrustedAsMuchAfterItsEnd) {
  Training training;
  for (int i = 1; i <= 3; ++i) training.ends(2.0 * i, i, 3);
  const auto before = training.tracker.trust();
  training.finish(7);
  const auto after = training.tracker.trust();
  EXPECT_TRUE(before.evidence && before.total_known);
  EXPECT_EQ(after.evidence, before.evidence);
  EXPECT_EQ(after.total_known, before.total_known);
}

TEST(Tracker, StatedEpochsReplaceABarThatDoesNotFitThem) {
  Training training;
  training.at(
      1, [](Report& report) { report.work_done(10, 5000); }, Evidence::guessed);
  training.at(
      2, [](Report& report) { report.work_done(4990, 5000); }, Evidence::guessed);
  for (int i = 1; i <= 3; ++i) training.ends(10 * i, i, 3);
  training.finish(31);
  EXPECT_EQ(training.tracker.phases().back().unit, "epoch");
  EXPECT_EQ(training.tracker.phases().back().total_work, 3);
}

TEST(Tracker, ALineAndABarThatTellTheSameEpochAreOne) {
  for (const int first : {0, 1}) {
    Training training;
    training.epochs_done(0, 0, 3);
    for (int i = 0; i < 3; ++i) {
      training.ends(i + 1, first + i);
      training.epochs_done(i + 1.01, i + 1, 3);
    }
    training.finish(4);
    EXPECT_THAT(training.numbers(), ElementsAre(first, first + 1, first + 2));
    ASSERT_EQ(training.tracker.phases().size(), 1u);
    EXPECT_EQ(training.tracker.phases()[0].total_work, 3);
  }
}

TEST(Tracker, StepsThatAreSetBesideEpochsMayEndThemEarlier) {
  const auto is_maximum = [](double most_steps, auto train) {
    Training training;
    Event event;
    event.kind = EventKind::may_end_early;
    event.total_work = most_steps;
    training.tracker.take(event);
    train(training);
    const bool so_far = training.tracker.trust().total_is_maximum;
    training.finish(3);
    EXPECT_EQ(training.tracker.trust().total_is_maximum, so_far);
    return so_far;
  };
  const auto epochs = [](Training& training) {
    training.ends(1, 1, 60);
    training.ends(2, 2, 60);
  };
  const auto epochs_of_ten = [](Training& training) {
    training.at(0.1, [](Report& report) { report.steps_per_epoch(10); });
    training.ends(1, 1, 60);
  };
  const auto steps = [](Training& training) {
    training.steps(1, 1, 100);
    training.steps(2, 2, 100);
  };
  EXPECT_TRUE(is_maximum(100, epochs));
  EXPECT_TRUE(is_maximum(100, epochs_of_ten));
  EXPECT_FALSE(is_maximum(600, epochs_of_ten));
  EXPECT_FALSE(is_maximum(100, steps));
  EXPECT_TRUE(is_maximum(50, steps));
}

TEST(Tracker, EarlyStoppingMakesTheTotalAMaximum) {
  const auto is_maximum = [](double patience) {
    Training training;
    training.ends(1, 1, 50);
    EXPECT_FALSE(training.tracker.trust().total_is_maximum);
    Event event;
    event.kind = EventKind::may_end_early;
    event.evidence = Evidence::stated;
    event.value = patience;
    training.tracker.take(event);
    training.ends(2, 2, 50);
    return training.tracker.trust().total_is_maximum;
  };
  EXPECT_TRUE(is_maximum(0));
  EXPECT_TRUE(is_maximum(6));
  EXPECT_FALSE(is_maximum(50)) << "it cannot run out before the end";
}

// "[ITER 7000] Evaluating …" beside a bar of 30,000: the bar goes on being listened to.
TEST(Tracker, ALineThatNamesThePresentStepDoesNotTakeTheBarsPlace) {
  Training training;
  const auto bar = [&](double seconds, double done) {
    training.at(
        seconds, [&](Report& report) { report.work_done(done, 30000); }, Evidence::guessed);
  };
  bar(0, 0);
  bar(1, 6000);
  bar(2, 7000);
  training.steps(3, 7000);
  bar(4, 8000);
  EXPECT_EQ(training.tracker.phases().size(), 1U);
  EXPECT_EQ(training.tracker.phases().front().work, 8000);
  EXPECT_EQ(training.tracker.trust().evidence, Evidence::guessed);
}

}  // namespace
}  // namespace joulecast::progress
