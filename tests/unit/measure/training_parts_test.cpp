// Folds, trials, stages: when they are one work, and when another may follow.
#include <gtest/gtest.h>

#include "trace/run_collector.hpp"
#include "unit/measure/heard_training.hpp"

namespace joulecast::measure {
namespace {

using progress::EventKind;
using trace::ForecastDoubt;

TEST(Training, FoldsAreNeverReadyForTheWholeRun) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  for (int fold = 0; fold < 3; ++fold) {
    for (int i = 0; i < 20; ++i) {
      auto begin = event(EventKind::epoch_begin, 40 * fold + 2 * i, i);
      begin.total_epochs = 20;
      training.hear({begin});
      training.update(steady(1000));
      EXPECT_FALSE(fold > 0 && training.projection() && training.projection()->ready);
    }
    EXPECT_EQ(training.projection()->ready, fold == 0) << "nothing tells in the first that folds follow";
  }
  training.finish(at(120), steady(1000));
  ASSERT_TRUE(collector.end({}));
  const auto& projections = collector.runs().back().projections;
  ASSERT_FALSE(projections.empty());
  for (const auto& projection : projections) {
    EXPECT_FALSE(projection.ready);
    EXPECT_EQ(projection.withdrawn, projection.time <= Seconds{80});
  }
}

TEST(Training, FoldsWhoseNumberIsKnownAreOneWork) {
  trace::RunCollector collector;
  collector.begin({});
  Training training(at(0), {}, collector);
  std::optional<double> total;
  training.when_total_is_learned([&](double work, const std::string&) { total = work; });
  for (int fold = 1; fold <= 3; ++fold) {
    auto begins = event(EventKind::phase_begin, 40 * (fold - 1), 0);
    begins.part = progress::Part{fold, 3, true};
    training.hear({begins});
    for (int i = 0; i < 20; ++i) {
      auto begin = event(EventKind::epoch_begin, 40 * (fold - 1) + 2 * i, i);
      begin.total_epochs = 20;
      training.hear({begin});
      training.update(steady(1000));
      if (!training.projection()) continue;
      EXPECT_NEAR(training.projection()->total.value.value(), 12'000, 1);
      // That the first ends as announced has not been seen within it.
      if (i > 0) {
        EXPECT_EQ(training.projection()->ready, fold > 1) << fold << ": " << i;
      }
    }
  }
  EXPECT_EQ(total, 60);
  training.finish(at(120), steady(1000));
  trace::Run header;
  header.info.total_work = total;
  header.info.work_unit = "epoch";
  ASSERT_TRUE(collector.end(header));
  for (const auto& projection : collector.runs().back().projections) EXPECT_FALSE(projection.withdrawn);
}

// As of active learning: each cycle trains on more data than the one before.
TEST(Training, PartsThatGrowAreNeverReady) {
  for (const double growth : {0.0, 1.0}) {
    trace::NullSink nowhere;
    Training training(at(0), {}, nowhere);
    bool ready = false;
    double time = 0;
    for (int cycle = 1; cycle <= 5; ++cycle) {
      auto begins = event(EventKind::phase_begin, time, 0);
      begins.part = progress::Part{cycle, 5, true};
      training.hear({begins});
      for (int i = 0; i < 20; ++i) {
        auto begin = event(EventKind::epoch_begin, time, i);
        begin.total_epochs = 20;
        training.hear({begin});
        training.update(steady(100'000));
        ready = ready || (cycle > 1 && i > 0 && training.projection() && training.projection()->ready);
        time += 2 * (1 + growth * (cycle - 1));
      }
    }
    EXPECT_EQ(ready, growth == 0) << growth;
  }
}

TEST(Training, APartThatIsNotTheLastIsNeverReadyForTheWholeRun) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  auto begins = event(EventKind::phase_begin, 0, 0);
  begins.part = progress::Part{1, 2, false};
  training.hear({begins});
  for (int i = 0; i < 20; ++i) {
    auto begin = event(EventKind::epoch_begin, 2 * i, i);
    begin.total_epochs = 20;
    training.hear({begin});
  }
  training.update(steady(1000));
  ASSERT_TRUE(training.projection());
  EXPECT_FALSE(training.projection()->ready);
}

/// Folds of these numbers of epochs, each announced with 40; the total that is projected, as often as it is.
std::vector<estimate::Projection> projected_folds(std::vector<int> epochs, bool may_be_cut = false) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  std::vector<estimate::Projection> all;
  double t = 0;
  for (std::size_t fold = 0; fold < epochs.size(); ++fold) {
    auto begins = event(EventKind::phase_begin, t, 0);
    begins.part =
        progress::Part{static_cast<int>(fold) + 1, static_cast<int>(epochs.size()), true, may_be_cut};
    training.hear({begins});
    for (int i = 0; i < epochs[fold]; ++i, t += 2) {
      auto begin = event(EventKind::epoch_begin, t, i);
      begin.total_epochs = 40;
      auto end = event(EventKind::epoch_end, t + 2, i);
      training.hear({begin, end});
      training.update(steady(10'000));
      if (training.projection()) all.push_back(*training.projection());
    }
  }
  return all;
}

TEST(Training, RepeatsThatEndEarlyAreExpectedLikeThoseSeen) {
  const auto all = projected_folds({9, 8, 11, 8});
  ASSERT_GT(all.size(), 30u);
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_FALSE(all[i].ready && all[i].total.value.value() > 8000) << i;
  const double truth = 36 * 200;
  for (std::size_t i = 11; i + 1 < all.size(); ++i) {
    EXPECT_NEAR(all[i].total.value.value(), truth, 0.15 * truth) << i;
    EXPECT_TRUE(all[i].total.interval->contains(Joules{truth})) << i;
  }
}

TEST(Training, TrialsOfASearchAreNeverSure) {
  for (const auto& p : projected_folds({40, 40, 5, 40}, /*may_be_cut=*/true)) EXPECT_FALSE(p.ready);
}

TEST(Training, AFoldsHeadingIsNoUnknownTotal) {
  trace::NullSink nowhere;
  Training training(at(0), {}, nowhere);
  for (int fold = 1; fold <= 3; ++fold) {
    auto begins = event(EventKind::phase_begin, 40 * (fold - 1), 0);
    begins.part = progress::Part{fold, 3, true};
    training.hear({begins});
    training.update(steady(1000));
    if (fold > 1) {
      EXPECT_NE(training.doubt(), ForecastDoubt::no_total) << fold;
    }
    for (int i = 0; i < 20; ++i) {
      auto begin = event(EventKind::epoch_begin, 40 * (fold - 1) + 2 * i, i);
      begin.total_epochs = 20;
      training.hear({begin});
    }
    training.update(steady(1000));
  }
  EXPECT_EQ(training.doubt(), ForecastDoubt::none);
}

}  // namespace
}  // namespace joulecast::measure
