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
  voices.left(7);
  EXPECT_FALSE(voices.counts(RankVoices::own, event_of(EventKind::progress)));
  voices.left(8);
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
  voices.left(1);
  EXPECT_TRUE(voices.counts(2, event_of(EventKind::metric, "loss")));
}

}  // namespace
}  // namespace joulecast::progress
