// Where counting begins: phases, resumed runs, windows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/progress/tracked_training.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;

TEST(Tracker, StepsOfAResumedRun) {
  Training training;
  for (int i = 41; i <= 44; ++i) training.steps(i, 10.0 * i, 500);
  EXPECT_THAT(training.works(), ElementsAre(10, 20, 30, 40));
  EXPECT_EQ(training.tracker.total_work(), 100);
}

TEST(Tracker, APhaseThatEndsBeforeTheNextBegins) {
  Tracker tracker{SteadyTime{}};
  const auto take = [&](double seconds, EventKind kind, auto fill) {
    Event event;
    event.kind = kind;
    event.time = SteadyTime{} + Seconds{seconds};
    fill(event);
    tracker.take(event);
  };
  take(1, EventKind::phase_begin, [](Event& event) { event.name = "fold 0"; });
  take(2, EventKind::phase_begin, [](Event& event) {  // its loop
    event.name = "fold 0";
    event.unit = Unit::epoch;
    event.total_work = 1;
  });
  take(2, EventKind::epoch_begin, [](Event& event) { event.epoch = 0; });
  take(5, EventKind::epoch_end, [](Event& event) { event.epoch = 0; });
  take(5, EventKind::phase_end, [](Event&) {});
  take(6, EventKind::metric, [](Event& event) {
    event.name = "test";
    event.value = 1;
  });
  take(9, EventKind::phase_begin, [](Event& event) { event.name = "fold 1"; });
  tracker.finish(SteadyTime{} + Seconds{10});
  ASSERT_EQ(tracker.phases().size(), 2U);
  EXPECT_EQ(tracker.phases()[0].span, (trace::Span{Seconds{1}, Seconds{5}}));
  EXPECT_EQ(tracker.phases()[0].work, 1);
  EXPECT_EQ(tracker.phases()[1].span.begin, Seconds{9});
  ASSERT_EQ(tracker.epochs().size(), 1U);
  EXPECT_EQ(tracker.epochs()[0].metrics.at("test"), 1);
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

TEST(Tracker, ATrialThatWasGivenUpAfterItsFirstEpochIsAPhase) {
  Training training;
  for (int trial = 0; trial < 3; ++trial)
    for (int epoch = 1; epoch <= (trial == 1 ? 1 : 3); ++epoch) {
      training.begins(10 * trial + 2 * epoch, epoch, 3);
      training.ends(10 * trial + 2 * epoch + 1.9, epoch, 3);
    }
  training.finish(30);
  EXPECT_THAT(training.numbers(), ElementsAre(1, 2, 3, 1, 1, 2, 3));
  EXPECT_EQ(training.tracker.phases().size(), 3);
  EXPECT_EQ(training.tracker.contradictions(), 0);
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

TEST(Tracker, MetricsOfAnEpochThatAnotherRankHasReachedFirst) {
  Training training;
  training.begins(0, 0);
  training.at(1, [](Report& report) { report.metric("accuracy", 0.8, 0); });
  training.at(2, [](Report& report) { report.metric("accuracy", 0.9, 1); });
  training.ends(3, 0);
  training.begins(3, 1);
  training.at(4, [](Report& report) { report.metric("loss", 0.5, 1); });
  training.ends(6, 1);
  using Metrics = std::map<std::string, double>;
  EXPECT_EQ(training.tracker.epochs()[0].metrics, (Metrics{{"accuracy", 0.8}}));
  EXPECT_EQ(training.tracker.epochs()[1].metrics, (Metrics{{"accuracy", 0.9}, {"loss", 0.5}}));
}

TEST(Tracker, MetricsOfAnotherRankThatComeBeforeThePhase) {
  Training training;
  training.at(1, [](Report& report) { report.metric("accuracy", 0.8, 0); });
  training.begins(2, 0);
  training.ends(3, 0);
  EXPECT_EQ(training.tracker.epochs()[0].metrics, (std::map<std::string, double>{{"accuracy", 0.8}}));
}

TEST(Tracker, MetricsOfAnotherRankThatComeWhenThePhaseIsOver) {
  Training training;
  for (int epoch = 0; epoch < 3; ++epoch) {
    training.begins(epoch, epoch);
    training.ends(epoch + 1, epoch);
  }
  Event end;
  end.kind = EventKind::phase_end;
  end.evidence = Evidence::stated;
  end.time = SteadyTime{} + Seconds{3};
  training.tracker.take(end);
  for (int epoch = 0; epoch < 4; ++epoch)
    training.at(3, [&](Report& report) { report.metric("accuracy", 0.5 + epoch, epoch); });
  const auto& epochs = training.tracker.epochs();
  ASSERT_EQ(epochs.size(), 3u);
  double accuracy = 0.5;
  for (const auto& epoch : epochs)
    EXPECT_EQ(epoch.metrics, (std::map<std::string, double>{{"accuracy", accuracy++}}));
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

}  // namespace
}  // namespace joulecast::progress
