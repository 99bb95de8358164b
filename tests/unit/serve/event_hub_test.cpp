#include "serve/event_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/run_events.hpp"

namespace joulecast::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EventHub, WritesEventsAsTheStandardSays) {
  EventHub hub("a1");
  hub.publish("moved", R"({"id":"x"})");
  const auto part = hub.after(0);
  EXPECT_EQ(part.bytes, "id: a1-1\nevent: moved\ndata: {\"id\":\"x\"}\n\n");
  EXPECT_EQ(part.last, 1);
  EXPECT_EQ(hub.after(1).bytes, "");
}

TEST(EventHub, AStreamGoesOnWhereItBroke) {
  EventHub hub("a1");
  for (const char* json : {"1", "2", "3"}) hub.publish("moved", json);
  hub.set_beginning("snapshot", R"({"runs":["now"]})");
  EXPECT_EQ(hub.begin("a1-1").bytes, hub.after(1).bytes);
  EXPECT_THAT(hub.begin("a1-1").bytes, HasSubstr("data: 3"));
  EXPECT_EQ(hub.begin("a1-3").bytes, "");
  // Nothing that this server told, so all that is now.
  for (const char* id : {"", "b2-1", "a1-4", "a1-", "a1", "-1", "a1-99999999999999999999"}) {
    const auto part = hub.begin(id);
    EXPECT_THAT(part.bytes, HasSubstr("event: snapshot\ndata: {\"runs\":[\"now\"]}")) << id;
    EXPECT_EQ(part.last, 3) << id;
  }
}

TEST(EventHub, WhoIsTooFarBehindGetsTheSnapshot) {
  EventHub hub("a1");
  for (int i = 0; i < 1001; ++i) hub.publish("moved", "1");
  EXPECT_THAT(hub.after(0).bytes, HasSubstr("event: snapshot"));
  EXPECT_THAT(hub.after(1).bytes, Not(HasSubstr("event: snapshot")));
  EventHub large("a1");
  for (int i = 0; i < 5; ++i) large.publish("moved", std::string(300'000, '1'));
  EXPECT_THAT(large.after(0).bytes, HasSubstr("event: snapshot"));
}

TEST(EventHub, TellsOfEachEvent) {
  EventHub hub("a1");
  int told = 0;
  hub.call_after_events([&] { ++told; });
  hub.publish("moved", "1");
  hub.publish("moved", "2");
  EXPECT_EQ(told, 2);
  hub.call_after_events({});
  hub.publish("moved", "3");
  EXPECT_EQ(told, 2);
}

session::RunningRun running(const std::string& id, double joules) {
  session::RunningRun run;
  run.id = id;
  run.energy = Joules{joules};
  return run;
}

session::RunningRuns with(std::vector<session::RunningRun> runs) {
  session::RunningRuns all;
  all.runs = std::move(runs);
  return all;
}

TEST(RunEvents, TellWhatChangedBetweenTwoLooks) {
  EventHub hub("a1");
  RunEvents events(hub);
  events.tell(with({running("a", 1), running("b", 1)}));
  EXPECT_EQ(hub.after(0).bytes, "");
  EXPECT_THAT(hub.begin("").bytes, HasSubstr(R"({"runs":[{"id":"a")"));

  auto next = with({running("a", 1), running("c", 0)});
  store::RunRow ended;
  ended.id = "b";
  ended.status = trace::RunStatus::finished;
  next.ended.push_back(ended);
  next.removed.emplace_back("d");
  events.tell(next);
  const auto text = hub.after(0).bytes;
  EXPECT_THAT(text, HasSubstr("event: finished\ndata: {\"id\":\"b\""));
  EXPECT_THAT(text, HasSubstr("event: removed\ndata: {\"id\":\"d\"}"));
  EXPECT_THAT(text, HasSubstr("event: started\ndata: {\"id\":\"c\""));
  EXPECT_THAT(text, Not(HasSubstr("event: moved")));
  const auto before = hub.after(0).last;
  events.tell(with({running("a", 2), running("c", 0)}));
  EXPECT_THAT(hub.after(before).bytes, HasSubstr("event: moved\ndata: {\"id\":\"a\""));
  EXPECT_THAT(hub.after(before).bytes, Not(HasSubstr("\"id\":\"c\"")));
}

TEST(RunEvents, AStoreThatDoesNotAnswerIsToldOnceAndEndsNoRun) {
  EventHub hub("a1");
  RunEvents events(hub);
  events.tell(with({running("a", 1)}));
  session::RunningRuns lost;
  lost.store_answers = false;
  lost.trouble = "runs.db: locked";
  events.tell(lost);
  events.tell(lost);
  EXPECT_EQ(hub.after(0).bytes, "id: a1-1\nevent: lost\ndata: {\"trouble\":\"runs.db: locked\"}\n\n");
  EXPECT_THAT(hub.begin("").bytes, HasSubstr("event: lost")) << "not that nothing runs";
  events.tell(with({running("a", 1)}));
  EXPECT_THAT(hub.after(1).bytes, HasSubstr("event: snapshot\ndata: {\"runs\":[{\"id\":\"a\""));
  EXPECT_THAT(hub.begin("").bytes, HasSubstr("event: snapshot"));
}

TEST(RunEvents, AStoreThatNeverAnsweredIsNoMachineWithoutRuns) {
  EventHub hub("a1");
  RunEvents events(hub);
  session::RunningRuns lost;
  lost.store_answers = false;
  lost.trouble = "runs.db: is not a store";
  events.tell(lost);
  EXPECT_THAT(hub.begin("").bytes, HasSubstr("event: lost"));
  EXPECT_THAT(hub.begin("").bytes, Not(HasSubstr("event: snapshot")));
}

}  // namespace
}  // namespace joulecast::serve
