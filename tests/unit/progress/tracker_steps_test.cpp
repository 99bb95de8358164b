// Steps within epochs, and epochs that are counted in steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/progress/tracked_training.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;

TEST(Tracker, StepsWithinEpochsAreTheirFractions) {
  Training training;
  training.begins(1, 1, 2);
  training.of_epoch(2, 25, 100);
  training.of_epoch(3, 50, 100);
  training.of_epoch(5, 100, 100);
  training.ends(6, 1);
  training.begins(6, 2, 2);
  training.of_epoch(7, 25, 100);
  training.finish(7.5);
  EXPECT_THAT(training.works(), ElementsAre(0.25, 0.5, 1, 1, 1.25));
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2));
  EXPECT_EQ(training.tracker.epochs().back().work, 0.25) << "the second was left";
  EXPECT_EQ(training.tracker.epochs().front().span.end, Seconds{6});
}

TEST(Tracker, AnEpochBeganBeforeTheFirstOfItsStepsThatIsHeard) {
  Training training;
  training.at(1, [](Report& report) { report.run_begins(); });
  for (int epoch = 1; epoch <= 2; ++epoch)
    for (int step = 10; step <= 40; step += 10)
      training.of_epoch(1 + 4 * (epoch - 1) + 0.1 * step, step, 40, epoch);
  training.finish(9);
  const auto& epochs = training.tracker.epochs();
  ASSERT_EQ(epochs.size(), 2);
  EXPECT_EQ(epochs[0].span.begin, Seconds{1}) << "where the training began";
  EXPECT_EQ(epochs[1].span.begin, epochs[0].span.end);
  EXPECT_EQ(training.tracker.phases().front().span.begin, Seconds{1});
}

TEST(Tracker, WhereNoBeginningIsToldItIsFoundByThePaceOfTheSteps) {
  Training training;
  for (int step = 10; step <= 40; step += 10) training.of_epoch(20 + 0.1 * step, step, 40, 1);
  training.of_epoch(25, 10, 40, 2);
  training.finish(28);
  EXPECT_NEAR(training.tracker.epochs()[0].span.begin.value(), 20, 1e-9) << "what came before was loading";
  EXPECT_NEAR(training.tracker.phases()[0].span.begin.value(), 20, 1e-9);

  Training once;  // each epoch has one line, at its end
  for (int epoch = 1; epoch <= 2; ++epoch) {
    once.of_epoch(5 * epoch, 40, 40, epoch);
    once.ends(5 * epoch, epoch);
  }
  EXPECT_EQ(once.tracker.epochs()[0].span.begin, Seconds{0});
  EXPECT_EQ(once.tracker.epochs()[1].span.begin, Seconds{5});
}

TEST(Tracker, AnEpochThatTheNextOnesStepsEndWasOverBeforeThem) {
  Training training;  // a validation of 5 s follows the 40 steps, and is not told of
  for (int epoch = 1; epoch <= 2; ++epoch)
    for (int step = 10; step <= 40; step += 10)
      training.of_epoch(9 * (epoch - 1) + 0.1 * step, step, {}, epoch);
  training.finish(18);
  EXPECT_NEAR(training.tracker.epochs()[0].span.end.value(), 9, 1e-9);
  EXPECT_NEAR(training.tracker.epochs()[1].span.begin.value(), 9, 1e-9);

  Training sparse;  // of each epoch only the step before the last quarter is heard
  for (int epoch = 1; epoch <= 2; ++epoch) sparse.of_epoch(4 * epoch - 1, 30, 40, epoch);
  sparse.finish(8);
  EXPECT_NEAR(sparse.tracker.epochs()[0].span.end.value(), 4, 1e-9);
}

TEST(Tracker, AnEpochWithAHeadingBeginsThere) {
  Training training;
  training.begins(3, 1, 2);
  training.of_epoch(4, 10, 40, 1);
  training.of_epoch(7, 40, 40, 1);
  training.begins(8, 2, 2);
  training.of_epoch(9, 10, 40, 2);
  training.finish(12);
  EXPECT_EQ(training.tracker.epochs()[0].span.begin, Seconds{3});
  EXPECT_EQ(training.tracker.epochs()[1].span.begin, Seconds{8});
}

TEST(Tracker, AnEpochThatBeginsAtStepOneBeginsThen) {
  Training training;
  training.of_epoch(20, 1, 100, 1);  // after an import that took long
  training.of_epoch(30, 100, 100, 1);
  training.finish(30);
  EXPECT_EQ(training.tracker.epochs().front().span.begin, Seconds{20});
}

TEST(Tracker, WhatIsPreparedIsNoPartOfTheFirstEpoch) {
  const auto prepares = [](Report& report) { report.prepares(); };
  Training training;
  training.at(8, prepares);
  training.ends(10, 1, 2);
  training.at(11, prepares);  // nothing is prepared for a training that runs
  training.ends(12, 2, 2);
  EXPECT_EQ(training.tracker.epochs()[0].span.begin, Seconds{8});
  EXPECT_EQ(training.tracker.epochs()[1].span.begin, Seconds{10});

  Training later;  // what followed was silent: the pace of its steps tells when the epoch began
  later.at(8, prepares);
  for (int step = 10; step <= 40; step += 10) later.of_epoch(20 + 0.1 * step, step, 40, 1);
  later.finish(24);
  EXPECT_NEAR(later.tracker.epochs()[0].span.begin.value(), 20, 1e-9);
}

TEST(Tracker, TheFirstStepOfAnEpochIsAPartOfIt) {
  Training training;
  for (int epoch = 1; epoch <= 2; ++epoch)
    for (int step = 1; step <= 6; ++step) training.of_epoch(20 + 6 * (epoch - 1) + step, step, 6, epoch);
  training.finish(32);
  const auto& epochs = training.tracker.epochs();
  ASSERT_EQ(epochs.size(), 2);
  EXPECT_NEAR(epochs[0].span.begin.value(), 20, 1e-9);
  EXPECT_EQ(epochs[1].span.begin, epochs[0].span.end);
}

TEST(Tracker, TheNextPhasesFirstEpochBeginsWhereTheLastOneEnded) {
  Training training;
  for (int phase = 0; phase < 2; ++phase)
    for (int epoch = 1; epoch <= 2; ++epoch) {
      const double begin = 8 * phase + 4 * (epoch - 1);
      for (int step = 10; step <= 40; step += 10) training.of_epoch(begin + 0.1 * step, step, 40, epoch);
      training.ends(begin + 4, epoch);
    }
  training.finish(16);
  const auto& epochs = training.tracker.epochs();
  ASSERT_EQ(epochs.size(), 4);
  EXPECT_EQ(training.tracker.phases().size(), 2);
  EXPECT_EQ(epochs[2].span.begin, epochs[1].span.end);
  EXPECT_EQ(training.tracker.phases()[1].span.begin, epochs[1].span.end);
}

TEST(Tracker, EpochsAmongTheStepsOfTheRunEndBetweenTheStepsThatAreHeard) {
  Training training;
  for (int step = 8; step <= 40; step += 8)
    training.at(0.1 * step, [&](Report& report) {
      report.work_done(step, 40);
      report.epoch_begins(1 + (step - 1) / 20, 2);
    });
  training.finish(4);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2));
  const auto& epochs = training.tracker.epochs();
  EXPECT_EQ(epochs[0].span.begin, Seconds{0});
  EXPECT_NEAR(epochs[0].span.end.value(), 2, 1e-9) << "after 20 steps, of which 16 and 24 are heard";
  EXPECT_EQ(epochs[0].work, 20);
  EXPECT_EQ(epochs[1].work, 20);
  EXPECT_EQ(training.tracker.phases().front().unit, "step");
}

TEST(Tracker, AnEpochWithAShorterBarAtTheEndIsThePartThatItIs) {
  for (const bool said : {true, false}) {
    Training training({.epochs = {}, .steps = 100});
    for (int epoch = 0; epoch < 3; ++epoch) {
      const int steps = epoch < 2 ? 40 : 20;
      for (int step = 0; step <= steps; step += 10)
        training.of_epoch(4 * epoch + 0.1 * step, step, steps, epoch);
      EXPECT_EQ(training.tracker.total_work(), 2.5) << epoch;
      if (said) training.ends(4 * epoch + 0.1 * steps, epoch);
    }
    training.finish(15);
    EXPECT_THAT(training.numbers(), ElementsAre(0, 1, 2));
    EXPECT_EQ(training.tracker.epochs().back().work, 0.5);
    EXPECT_EQ(training.tracker.epochs().back().span.end, Seconds{10});
    EXPECT_EQ(training.tracker.phases().back().work, 2.5);
  }
}

TEST(Tracker, AnEpochOfFewerStepsIsWholeIfAnotherFollows) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    const int steps = epoch == 2 ? 10 : 40;
    training.of_epoch(4 * epoch, steps / 2, steps, epoch);
    training.of_epoch(4 * epoch + 2, steps, steps, epoch);
    training.ends(4 * epoch + 2, epoch);
  }
  training.finish(20);
  EXPECT_EQ(training.tracker.phases().back().work, 3);
  for (const auto& epoch : training.tracker.epochs()) EXPECT_FALSE(epoch.work) << epoch.index;
}

TEST(Tracker, AnEpochOfFewerStepsIsWholeIfTheProgramItselfTellsItsEnd) {
  Training training;
  for (int epoch = 0; epoch < 3; ++epoch)
    training.at(
        4 * epoch + 4,
        [&](Report& report) {
          report.epoch_begins(epoch);
          report.epoch_steps(epoch < 2 ? 40 : 10, epoch < 2 ? 40 : 10, epoch);
          report.epoch_ends(epoch);
        },
        Evidence::told);
  training.finish(15);
  EXPECT_EQ(training.tracker.phases().back().work, 3);
  EXPECT_FALSE(training.tracker.epochs().back().work);
}

TEST(Tracker, AnEpochThatATrainingsEndCutsIsThePartThatWasDone) {
  const auto finish_at = [](Training& training, int last) {
    for (int epoch = 1; epoch <= 2; ++epoch)
      for (int step = 0; step <= (epoch == 1 ? 40 : last); step += 10)
        training.of_epoch(10 * epoch + 0.1 * step, step, 40, epoch);
    training.at(25, [](Report& report) { report.run_ends(); });
    training.finish(30);
  };
  Training cut;
  finish_at(cut, 20);
  EXPECT_EQ(cut.tracker.epochs().back().work, 0.5);
  EXPECT_EQ(cut.tracker.phases().back().work, 1.5);
  // A loop that prints each tenth step, counted from 0, never prints the last.
  Training whole;
  finish_at(whole, 30);
  EXPECT_FALSE(whole.tracker.epochs().back().work);
  EXPECT_EQ(whole.tracker.phases().back().work, 2);
}

TEST(Tracker, KnowsAnEpochsWorkBeforeTheFirstOneEnds) {
  Training epochs;
  epochs.of_epoch(1, 10, 40, 1);
  EXPECT_EQ(epochs.tracker.epoch_work(), 1);
  Training steps({.epochs = 4.0, .steps = {}});
  EXPECT_FALSE(steps.tracker.epoch_work());
  steps.steps(1, 10, 200);
  EXPECT_EQ(steps.tracker.epoch_work(), 50);
}

TEST(Tracker, EpochsAreMarksWhereStepsAreCounted) {
  Training training;
  training.steps(1, 0, 100);
  for (int i = 1; i <= 4; ++i) {
    training.steps(5.0 * i, 25.0 * i, 100);
    training.epochs_done(5.0 * i, 0.5 * i);
  }
  training.finish(21);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(10, 20));
  EXPECT_EQ(training.tracker.phases().front().unit, "step");
  EXPECT_EQ(training.tracker.epochs()[1].work, 50);
}

TEST(Tracker, TheUsersEpochsMakeATotalOfSteps) {
  Training training({.epochs = 3, .steps = {}});
  for (int i = 0; i <= 4; ++i) training.steps(i, 25.0 * i);
  training.ends(4, 1);
  EXPECT_EQ(training.tracker.total_work(), 300);
}

TEST(Tracker, TheUsersStepsMakeATotalOfEpochs) {
  Training training({.epochs = {}, .steps = 300});
  training.begins(1, 0);
  training.of_epoch(2, 50, 100, 0);
  EXPECT_EQ(training.tracker.total_work(), 3);
}

TEST(Tracker, StepsThatGoOnOverEpochsAreNotAnEpochs) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    training.begins(20.0 * (epoch - 1), epoch, 3);
    for (int step = 1; step <= 10; ++step) {
      const double done = 10 * (epoch - 1) + step;
      training.of_epoch(20.0 * (epoch - 1) + 2 * step - 1, done, 30);
      EXPECT_EQ(training.tracker.trust().steps_proven, epoch > 1) << step;
      if (epoch > 1) {
        EXPECT_EQ(training.tracker.phases().back().work, epoch - 1) << step;
      }
    }
    training.ends(20.0 * epoch, epoch, 3);
    EXPECT_TRUE(training.tracker.trust().settled) << "epochs alone are counted";
    EXPECT_EQ(training.tracker.phases().back().work, epoch);
  }
  EXPECT_EQ(training.tracker.phases().size(), 1U);
  std::vector<double> recounted_at;
  for (const auto& advance : training.tracker.take_advances())
    if (advance.recount) recounted_at.push_back(advance.point.work);
  EXPECT_THAT(recounted_at, ElementsAre(1)) << "what was counted before was wrong";
}

TEST(Tracker, StepsThatEpochsReachAreTheirs) {
  Training training;
  training.begins(0, 1, 4);
  for (int step = 1; step <= 5; ++step) training.of_epoch(2 * step, 4 * step, 22);  // 20 is the last printed
  training.ends(12, 1, 4);
  training.begins(12, 2, 4);
  training.of_epoch(18, 11, 22);
  EXPECT_TRUE(training.tracker.trust().settled);
  EXPECT_NEAR(training.tracker.phases().back().work, 1.5, 1e-9);
}

TEST(Tracker, AFullBarBeforeALineThatEndsAnEpochWasItsSteps) {
  Training training;
  const auto bar = [&](double seconds, double done) {
    training.at(
        seconds, [&](Report& report) { report.work_done(done, 100); }, Evidence::guessed);
  };
  bar(1, 0);
  bar(2, 50);
  bar(3, 100);
  training.ends(3, 1);
  training.of_epoch(4, 50, 100);
  training.of_epoch(5, 100, 100);
  training.ends(5, 2);
  training.finish(5);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2));
  EXPECT_THAT(training.ends_of_epochs(), ElementsAre(3, 5));
  ASSERT_EQ(training.tracker.phases().size(), 1u);
  EXPECT_EQ(training.tracker.phases()[0].work, 200);
  EXPECT_FALSE(training.tracker.phases()[0].total_work);
}

// "25/150" as a bar, "epoch 0: accuracy 0.8" as a line beside it.
TEST(Tracker, LinesOfEpochsBesideABarOfAllStepsAreMarks) {
  for (const auto epochs : {std::optional<double>{}, std::optional{3.0}}) {
    Training training;
    for (int step = 0; step <= 150; step += 5) {
      training.at(
          step, [&](Report& report) { report.work_done(step, 150); }, Evidence::guessed);
      if (step % 50 == 45) training.ends(step + 4, step / 50, epochs);
    }
    training.finish(160);
    ASSERT_EQ(training.tracker.phases().size(), 1u);
    EXPECT_EQ(training.tracker.phases().front().unit, "step");
    EXPECT_EQ(training.tracker.phases().front().total_work, 150);
    EXPECT_THAT(training.numbers(), ElementsAre(0, 1, 2));
  }
}

TEST(Tracker, StepsThatEndWithAnEpochWereTheEpochs) {
  Training training;
  for (int step = 1; step <= 20; ++step) training.steps(step, step, 20);
  EXPECT_TRUE(training.tracker.trust().total_known);
  training.ends(20.5, 1);
  EXPECT_FALSE(training.tracker.trust().total_known) << "how many epochs there are was not said";
}

TEST(Tracker, StepsAfterTheLastEpochAreOfSomethingElse) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) training.ends(10.0 * epoch, epoch, 3);
  for (int step = 100; step <= 1000; step += 100) training.of_epoch(30 + step / 100.0, step, 1000);
  training.finish(41);
  ASSERT_EQ(training.tracker.phases().size(), 1u);
  EXPECT_EQ(training.tracker.phases().front().work, 3);
  EXPECT_EQ(training.tracker.phases().front().total_work, 3);
  EXPECT_TRUE(training.tracker.trust().consistent);
}

TEST(Tracker, EpochsWithoutStepsBehindABarOfSomethingElseCount) {
  Training training;
  for (int step = 20; step <= 200; step += 20)
    training.at(
        step / 100.0, [&](Report& report) { report.work_done(step, 200); }, Evidence::guessed);
  training.ends(3, 1, 4);
  EXPECT_FALSE(training.tracker.trust().steps_proven) << "the steps may be none of the epoch's";
  for (int epoch = 2; epoch <= 4; ++epoch) training.ends(2 + epoch, epoch, 4);
  training.finish(6.1);
  ASSERT_EQ(training.tracker.phases().size(), 2u) << "the second epoch shows that they were not";
  EXPECT_EQ(training.tracker.phases().back().unit, "epoch");
  EXPECT_EQ(training.tracker.phases().back().work, 3);
  EXPECT_EQ(training.tracker.phases().back().total_work, 3);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3, 4));
}

TEST(Tracker, TheFirstEpochBeginsAfterStepsOfSomethingElse) {
  Training training;
  for (int step = 100; step <= 900; step += 100) training.steps(step / 10.0, step);
  for (int epoch = 1; epoch <= 3; ++epoch) {
    training.begins(90 + 10.0 * epoch, epoch, 5);
    training.ends(99 + 10.0 * epoch, epoch, 5);
  }
  training.finish(130);
  ASSERT_EQ(training.tracker.phases().size(), 2u);
  EXPECT_EQ(training.tracker.phases().front().work, 900);
  EXPECT_EQ(training.tracker.phases().back().work, 3);
  EXPECT_EQ(training.tracker.phases().back().total_work, 5);
}

TEST(Tracker, EpochsCountedAfterAllStepsAreAnotherPart) {
  Training training;
  for (int step = 100; step <= 500; step += 100) training.steps(step / 10.0, step, 500);
  for (int epoch = 0; epoch <= 100; epoch += 50) training.epochs_done(60 + epoch, epoch, 500);
  training.finish(170);
  ASSERT_EQ(training.tracker.phases().size(), 2u);
  EXPECT_EQ(training.tracker.phases().back().total_work, 500);
}

}  // namespace
}  // namespace joulecast::progress
