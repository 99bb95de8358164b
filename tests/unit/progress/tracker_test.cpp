#include "progress/tracker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "progress/format.hpp"

namespace joulecast::progress {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

/// A tracker, and what formats would report to it.
class Training {
 public:
  explicit Training(KnownTotals totals = {}) : tracker(SteadyTime{}, totals) {}

  /// What is reported at a time, from the run's start.
  template <class Say>
  void at(double seconds, Say say, Evidence evidence = Evidence::stated) {
    std::vector<Event> events;
    Report report(SteadyTime{} + Seconds{seconds}, evidence, events);
    say(report);
    for (const auto& event : events) tracker.take(event);
  }
  void begins(double seconds, int epoch, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epoch_begins(epoch, total); });
  }
  void ends(double seconds, int epoch, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epoch_ends(epoch, total); });
  }
  void steps(double seconds, double done, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.work_done(done, total); });
  }
  void of_epoch(double seconds, double done, std::optional<double> total, std::optional<int> epoch = {}) {
    at(seconds, [&](Report& report) { report.epoch_steps(done, total, epoch); });
  }
  void epochs_done(double seconds, double done, std::optional<double> total = {}) {
    at(seconds, [&](Report& report) { report.epochs_done(done, total); });
  }
  void finish(double seconds) { tracker.finish(SteadyTime{} + Seconds{seconds}); }

  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> numbers;
    for (const auto& epoch : tracker.epochs()) numbers.push_back(epoch.index);
    return numbers;
  }
  [[nodiscard]] std::vector<double> ends_of_epochs() const {
    std::vector<double> ends;
    for (const auto& epoch : tracker.epochs()) ends.push_back(epoch.span.end.value());
    return ends;
  }
  /// Shares of the current phase's work, as they were advanced.
  [[nodiscard]] std::vector<double> works() {
    std::vector<double> works;
    for (const auto& advance : tracker.take_advances()) works.push_back(advance.point.work);
    return works;
  }

  Tracker tracker;
};

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

TEST(Tracker, StepsOfAResumedRun) {
  Training training;
  for (int i = 41; i <= 44; ++i) training.steps(i, 10.0 * i, 500);
  EXPECT_THAT(training.works(), ElementsAre(10, 20, 30, 40));
  EXPECT_EQ(training.tracker.total_work(), 100);
}

TEST(Tracker, ABarThatSkipsWhatWasDoneBefore) {
  Training training;
  training.steps(1, 0, 160);
  training.steps(1.1, 84, 160);
  training.steps(3.1, 90, 160);
  training.steps(5.1, 96, 160);
  EXPECT_NEAR(*training.tracker.total_work(), 160 - 84, 1);
}

TEST(Tracker, AFastStartIsNoSkipping) {
  Training training;
  for (int i = 0; i < 5; ++i) training.steps(1 + i, 50.0 * i, 200);
  EXPECT_EQ(training.tracker.total_work(), 200);
}

// A fast bar of 150 steps whose third count comes late, because a log is written or the machine is busy.
TEST(Tracker, APauseAfterTheFirstStepsIsNoSkipping) {
  Training training;
  training.steps(0, 0, 150);
  training.steps(0.1, 20, 150);
  training.steps(0.5, 22, 150);
  for (int i = 1; i <= 16; ++i) training.steps(0.5 + 0.05 * i, 22 + 8 * i, 150);
  training.finish(1.4);
  EXPECT_EQ(training.tracker.phases().front().work, 150);
}

TEST(Tracker, ABarThatWasSeenAtZeroCountsFromThere) {
  Training training;
  for (const double done : {14.0, 20.0, 27.0})
    training.at(done / 10, [&](Report& report) {
      report.work_counts_from(0);
      report.work_done(done, 150);
    });
  EXPECT_EQ(training.tracker.total_work(), 150);
  EXPECT_THAT(training.works(), ElementsAre(14, 20, 27));
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

TEST(Tracker, CountingAgainIsANewPhase) {
  Training training;
  for (int fold = 0; fold < 3; ++fold)
    for (int epoch = 1; epoch <= 3; ++epoch) training.ends(6.0 * fold + 2.0 * epoch, epoch, 3);
  training.finish(18);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3));
  ASSERT_EQ(training.tracker.phases().size(), 3u);
  EXPECT_EQ(training.tracker.phases()[1].span, (trace::Span{Seconds{6}, Seconds{12}}));
  for (const auto& phase : training.tracker.phases()) EXPECT_EQ(phase.work, 3);
  EXPECT_EQ(training.tracker.epochs().back().phase, 2u);
}

TEST(Tracker, FitsOfASingleEpochAreOnePhaseEach) {
  Training training;
  for (int fit = 0; fit < 3; ++fit) {
    training.begins(5.0 * fit, 1, 1);
    training.ends(5.0 * fit + 4, 1, 1);
  }
  EXPECT_THAT(training.numbers(), ElementsAre(1, 1, 1));
  EXPECT_EQ(training.tracker.phases().size(), 3u);
}

TEST(Tracker, APhaseOfItsOwnName) {
  Training training;
  training.at(1, [](Report& report) { report.phase_begins("warm-up"); });
  training.ends(3, 1, 2);
  training.ends(5, 2, 2);
  training.at(6, [](Report& report) { report.phase_begins("fine-tuning"); });
  training.ends(9, 1, 4);
  const auto& phases = training.tracker.phases();
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].name, "warm-up");
  EXPECT_EQ(phases[1].name, "fine-tuning");
  EXPECT_EQ(phases[1].span.begin, Seconds{6});
  EXPECT_EQ(training.tracker.total_work(), 4);
}

TEST(Tracker, WorkWithoutAUnitIsInThatOfItsPhase) {
  Tracker tracker(SteadyTime{});
  Event begin;
  begin.kind = EventKind::phase_begin;
  begin.evidence = Evidence::told;
  begin.unit = Unit::round;
  begin.total_work = 20;
  tracker.take(begin);
  Event progress;
  progress.kind = EventKind::progress;
  progress.evidence = Evidence::told;
  for (double done : {0.0, 5.0, 10.0}) {
    progress.time = SteadyTime{} + Seconds{done};
    progress.work = done;
    tracker.take(progress);
  }
  EXPECT_EQ(tracker.phases().back().unit, "round");
  EXPECT_EQ(tracker.phases().back().work, 10);
  EXPECT_EQ(tracker.total_work(), 20);
}

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

TEST(Tracker, KnowsAnEpochsWorkBeforeTheFirstOneEnds) {
  Training epochs;
  epochs.of_epoch(1, 10, 40, 1);
  EXPECT_EQ(epochs.tracker.epoch_work(), 1);
  Training steps({.epochs = 4.0, .steps = {}});
  EXPECT_FALSE(steps.tracker.epoch_work());
  steps.steps(1, 10, 200);
  EXPECT_EQ(steps.tracker.epoch_work(), 50);
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

TEST(Tracker, MoreThanTheTotalIsNotTrusted) {
  Training training;
  for (int i = 1; i <= 4; ++i) training.ends(2.0 * i, i, 3);
  EXPECT_FALSE(training.tracker.trust().consistent);
  EXPECT_EQ(training.tracker.total_work(), 4);
}

TEST(Tracker, StepsThatGoOnOverEpochsAreNotAnEpochs) {
  Training training;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    training.begins(20.0 * (epoch - 1), epoch, 3);
    for (int step = 1; step <= 10; ++step) {
      const double done = 10 * (epoch - 1) + step;
      training.of_epoch(20.0 * (epoch - 1) + 2 * step - 1, done, 30);
      EXPECT_EQ(training.tracker.trust().settled, epoch > 1) << step;
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

TEST(Tracker, StepsThatEndWithAnEpochWereTheEpochs) {
  Training training;
  for (int step = 1; step <= 20; ++step) training.steps(step, step, 20);
  EXPECT_TRUE(training.tracker.trust().total_known);
  training.ends(20.5, 1);
  EXPECT_FALSE(training.tracker.trust().total_known) << "how many epochs there are was not said";
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

TEST(Tracker, MetricsOfTheLineThatEndsAnEpochAndLaterOnes) {
  Training training;
  training.at(2, [](Report& report) {
    report.epoch_ends(1, 2);
    report.metric("loss", 0.5);
  });
  training.at(4, [](Report& report) {
    report.epoch_ends(2, 2);
    report.metric("loss", 0.4);
    report.metric("val_loss", 0.6, 1);
  });
  EXPECT_EQ(training.tracker.epochs()[0].metrics.at("loss"), 0.5);
  EXPECT_EQ(training.tracker.epochs()[0].metrics.at("val_loss"), 0.6);
  EXPECT_EQ(training.tracker.epochs()[1].metrics.at("loss"), 0.4);
}

TEST(Tracker, Windows) {
  Training training;
  training.at(2, [](Report& report) { report.window_begins("validation"); });
  training.at(3, [](Report& report) { report.window_ends("validation"); });
  training.at(4, [](Report& report) { report.window_begins("checkpoint"); });
  training.finish(6);
  const auto windows = training.tracker.take_windows();
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(windows[0].span, (trace::Span{Seconds{2}, Seconds{3}}));
  EXPECT_EQ(windows[1].span, (trace::Span{Seconds{4}, Seconds{6}}));
}

TEST(Tracker, BeginRunLeavesThePreparationOutOfTheFirstEpoch) {
  Training training;
  training.at(12, [](Report& report) { report.run_begins(); });
  training.ends(20, 1);
  EXPECT_EQ(training.tracker.epochs().front().span.begin, Seconds{12});
}

TEST(Tracker, AdvancesOfALongRunAreFew) {
  Training training;
  for (int i = 1; i <= 1'000'000; ++i) training.steps(0.05 * i, i, 1'000'000);
  const auto advances = training.tracker.take_advances();
  EXPECT_LT(advances.size(), 6'000u);
  EXPECT_EQ(advances.back().point.work, 1'000'000);
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
