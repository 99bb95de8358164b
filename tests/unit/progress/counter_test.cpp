#include "progress/counter.hpp"

#include <gmock/gmock.h>

namespace joulecast::progress {
namespace {

TEST(Counter, CountsFromWhereItIsToldThatCountingBegan) {
  Counter counter{Seconds{0}};
  counter.begin_at(36);
  counter.advance(37, Seconds{2}, 90);
  EXPECT_DOUBLE_EQ(counter.work(), 1);
}

TEST(Counter, WhatWasCountedBeforeThatPlaceIsNoWork) {
  Counter counter{Seconds{0}};
  counter.advance(0, Seconds{1}, 3);
  counter.begin_at(1);  // a moment later the program tells that its first epoch is over already
  EXPECT_EQ(counter.count(), 1.0);
  EXPECT_NE(counter.meaning_of(0, Seconds{4}, 1), Counter::Meaning::forward);
  EXPECT_NE(counter.meaning_of(0.33, Seconds{4}, 1), Counter::Meaning::forward);
  counter.advance(2, Seconds{5}, 3);
  for (const auto& point : counter.take_points()) EXPECT_GE(point.work, 0);
  EXPECT_DOUBLE_EQ(counter.work(), 1);
}

}  // namespace
}  // namespace joulecast::progress
