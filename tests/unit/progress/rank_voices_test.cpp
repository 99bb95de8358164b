#include "progress/rank_voices.hpp"

#include <gtest/gtest.h>

namespace joulecast::progress {
namespace {

Event event_of(EventKind kind, std::string name = {}, Evidence evidence = Evidence::told) {
  Event event;
  event.kind = kind;
  event.name = std::move(name);
  event.evidence = evidence;
  return event;
}

TEST(RankVoices, TheFirstRankThatMakesProgressTellsItUntilItLeaves) {
  RankVoices voices;
  EXPECT_TRUE(voices.counts(7, event_of(EventKind::announce)));
  EXPECT_TRUE(voices.counts(8, event_of(EventKind::epoch_begin)));
  EXPECT_FALSE(voices.counts(7, event_of(EventKind::epoch_begin)));
  EXPECT_FALSE(voices.counts(RankVoices::own, event_of(EventKind::progress)));
  EXPECT_TRUE(voices.counts(8, event_of(EventKind::epoch_end)));
  voices.left(7, true);
  EXPECT_FALSE(voices.counts(RankVoices::own, event_of(EventKind::progress)));
  voices.left(8, false);
  EXPECT_TRUE(voices.counts(RankVoices::own, event_of(EventKind::progress)));
}

TEST(RankVoices, ARankThatKnowsBetterTakesTheProgressOver) {
  RankVoices voices;
  EXPECT_TRUE(voices.counts(1, event_of(EventKind::progress, "", Evidence::guessed)));
  EXPECT_TRUE(voices.counts(2, event_of(EventKind::epoch_end, "", Evidence::stated)));
  EXPECT_FALSE(voices.counts(1, event_of(EventKind::progress, "", Evidence::guessed)));
  EXPECT_FALSE(voices.counts(1, event_of(EventKind::progress, "", Evidence::stated)));
  EXPECT_TRUE(voices.counts(1, event_of(EventKind::progress, "", Evidence::told)));
}

/// One that all ranks report, and one that only rank 0 computes.
TEST(RankVoices, EachMetricAndWindowIsHeardFromOneRank) {
  RankVoices voices;
  EXPECT_TRUE(voices.counts(1, event_of(EventKind::metric, "loss")));
  EXPECT_FALSE(voices.counts(2, event_of(EventKind::metric, "loss")));
  EXPECT_TRUE(voices.counts(2, event_of(EventKind::metric, "accuracy")));
  EXPECT_TRUE(voices.counts(1, event_of(EventKind::window_begin, "evaluation")));
  EXPECT_FALSE(voices.counts(2, event_of(EventKind::window_begin, "evaluation")));
  EXPECT_FALSE(voices.counts(2, event_of(EventKind::window_end, "evaluation")));
  voices.left(1, false);
  EXPECT_TRUE(voices.counts(2, event_of(EventKind::metric, "loss")));
}

/// Tells so many epochs of so many steps, and returns how many of its events counted.
int tell_epochs(RankVoices& voices, int speaker, int from, int until) {
  int counted = 0;
  const auto tell = [&](Event event) { counted += voices.counts(speaker, event) ? 1 : 0; };
  for (int epoch = from; epoch < until; ++epoch) {
    tell(event_of(EventKind::epoch_begin));
    for (const double work : {1, 2}) {
      auto progress = event_of(EventKind::progress);
      progress.work = work;
      tell(progress);
    }
    tell(event_of(EventKind::window_begin, "evaluation"));
    tell(event_of(EventKind::window_end, "evaluation"));
    tell(event_of(EventKind::metric, "loss"));
    tell(event_of(EventKind::epoch_end));
  }
  return counted;
}

TEST(RankVoices, WhatOneToldThatCameToItsEndIsNotHeardAgain) {
  RankVoices voices;
  for (const int rank : {1, 2, 3}) voices.joined(rank);
  EXPECT_EQ(tell_epochs(voices, 1, 0, 3), 3 * 7);
  EXPECT_EQ(tell_epochs(voices, 2, 0, 2), 0);
  voices.left(1, true);
  EXPECT_EQ(tell_epochs(voices, 2, 2, 3), 0);
  EXPECT_EQ(tell_epochs(voices, 3, 0, 3), 0);  // began to speak late
  EXPECT_EQ(tell_epochs(voices, 2, 3, 4), 7);  // goes beyond it
  voices.left(2, true);
  EXPECT_EQ(tell_epochs(voices, RankVoices::own, 0, 4), 0);
  EXPECT_EQ(tell_epochs(voices, RankVoices::own, 4, 5), 7);
}

/// Within an epoch, too.
TEST(RankVoices, ARankThatIsBehindIsHeardFromTheStepThatWasNotTold) {
  RankVoices voices;
  voices.joined(2);
  const auto step = [](double work) {
    auto event = event_of(EventKind::progress);
    event.work = work;
    return event;
  };
  EXPECT_TRUE(voices.counts(1, step(5)));
  EXPECT_FALSE(voices.counts(2, step(3)));
  voices.left(1, true);
  EXPECT_FALSE(voices.counts(2, step(5)));
  EXPECT_TRUE(voices.counts(2, step(6)));
}

/// It may be started once more, and does its work again.
TEST(RankVoices, AfterOneThatDiedAndForOneThatCameLaterAllCounts) {
  RankVoices voices;
  for (const int rank : {1, 2}) voices.joined(rank);
  EXPECT_EQ(tell_epochs(voices, 1, 0, 2), 2 * 7);
  voices.left(1, false);
  EXPECT_EQ(tell_epochs(voices, 2, 0, 1), 7);
  voices.left(2, true);
  voices.joined(3);
  EXPECT_EQ(tell_epochs(voices, 3, 0, 1), 7);
}

}  // namespace
}  // namespace joulecast::progress
