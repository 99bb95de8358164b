#include "store/inbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

namespace joulecast::store {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Inbox::Wait at_once(bool behind = false) {
  return {.earliest = steady_clock::now(), .latest = steady_clock::now(), .behind = behind};
}

void tell(Inbox& inbox, const std::vector<double>& times) {
  inbox.append(0, times, std::vector<double>(times.size(), 100.0));
}

TEST(Inbox, GivesWhatHasComeInTheOrderOfTime) {
  Inbox inbox{1'000};
  inbox.channel({});
  tell(inbox, {1, 2});
  tell(inbox, {2, 1.5, 3, std::numeric_limits<double>::quiet_NaN()});
  Pending taken;
  EXPECT_FALSE(inbox.take(taken, at_once()));
  EXPECT_THAT(taken.columns.at(0).times, ElementsAre(1'000'000, 2'000'000, 3'000'000));
  EXPECT_EQ(inbox.refused_readings(), 3u);
  EXPECT_EQ(taken.latest->value(), 3);
}

TEST(Inbox, HasRoomAgainOnceWhatWasTakenIsWritten) {
  Inbox inbox{2 * (sizeof(double) + sizeof(std::int64_t))};
  inbox.channel({});
  tell(inbox, {1, 2});
  Pending taken;
  (void)inbox.take(taken, at_once());
  tell(inbox, {3});  // the first two are still in memory
  EXPECT_EQ(inbox.lost_readings(), 1u);
  inbox.unwritten(0);
  tell(inbox, {4});
  EXPECT_EQ(inbox.lost_readings(), 1u);
}

TEST(Inbox, TellsAtTheEndWhatWasLost) {
  Inbox inbox{0};
  inbox.channel({});
  tell(inbox, {1});
  inbox.metric({.time = Seconds{1}, .epoch = {}, .name = "loss", .value = 0.3});
  inbox.close();
  Pending last;
  EXPECT_TRUE(inbox.take(
      last, {.earliest = steady_clock::now() + hours{1}, .latest = steady_clock::now() + hours{1}}));
  EXPECT_THAT(last.notes, IsEmpty());
  inbox.take_last(last);
  EXPECT_THAT(last.notes, ElementsAre(HasSubstr("1 readings were lost"), HasSubstr("1 metrics were lost")));
}

TEST(Inbox, WakesTheThreadWhenTheLastHoldIsLetGo) {
  Inbox inbox{1'000};
  inbox.channel({});
  inbox.hold();
  Pending taken;
  std::thread writer([&] {
    (void)inbox.take(taken, {.earliest = steady_clock::now(), .latest = steady_clock::now() + hours{1}});
  });
  tell(inbox, {1});
  tell(inbox, {2});
  inbox.let_go();
  writer.join();
  EXPECT_EQ(taken.columns.at(0).times.size(), 2u);
}

TEST(Inbox, CountsWhatItHoldsAsLostWhenTheStoreIsGivenUp) {
  Inbox inbox{1'000};
  inbox.channel({});
  tell(inbox, {1, 2});
  Pending taken;
  (void)inbox.take(taken, at_once());
  tell(inbox, {3});
  inbox.give_up(taken);
  tell(inbox, {4});
  EXPECT_EQ(inbox.lost_readings(), 4u);
  EXPECT_TRUE(taken.empty());
}

}  // namespace
}  // namespace joulecast::store
