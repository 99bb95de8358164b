#include "progress/rank_message.hpp"

#include <gtest/gtest.h>

namespace joulecast::progress {
namespace {

TEST(RankMessage, KeepsAllOfAnEvent) {
  RankMessage message;
  auto& event = message.event;
  event.kind = EventKind::phase_begin;
  event.time = SteadyTime{123456789012345};
  event.evidence = Evidence::stated;
  event.epoch = 0;
  event.first_epoch = 1;
  event.total_epochs = 90;
  event.work = 0;
  event.total_work = 400.5;
  event.unit = Unit::sample;
  event.counted_from = 7;
  event.headed_at_end = true;
  event.scope = Scope::epoch;
  event.part = Part{2, 5, true, true};
  event.name = "fold \"2\"\n";
  event.value = -0.25;
  auto line = to_line(message);
  ASSERT_EQ(line.back(), '\n');
  line.pop_back();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto back = rank_message(line);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->kind, RankMessage::Kind::heard);
  const auto& heard = back->event;
  EXPECT_EQ(heard.kind, event.kind);
  EXPECT_EQ(heard.time, event.time);
  EXPECT_EQ(heard.evidence, event.evidence);
  EXPECT_EQ(heard.epoch, 0);
  EXPECT_EQ(heard.first_epoch, 1);
  EXPECT_EQ(heard.total_epochs, 90);
  EXPECT_EQ(heard.work, 0);
  EXPECT_EQ(heard.total_work, 400.5);
  EXPECT_EQ(heard.unit, Unit::sample);
  EXPECT_EQ(heard.counted_from, 7);
  EXPECT_TRUE(heard.headed_at_end);
  EXPECT_EQ(heard.scope, Scope::epoch);
  ASSERT_TRUE(heard.part);
  EXPECT_EQ(heard.part->number, 2);
  EXPECT_EQ(heard.part->of, 5);
  EXPECT_TRUE(heard.part->alike && heard.part->may_be_cut);
  EXPECT_EQ(heard.name, event.name);
  EXPECT_EQ(heard.value, event.value);
}

TEST(RankMessage, KeepsWhatARankSaysOfItself) {
  RankMessage message;
  message.kind = RankMessage::Kind::attach;
  message.greeting = {3,
                      1,
                      4711,
                      "mine",
                      {.energy_j = 7.2e6,
                       .at_energy = RankLimits::Act::command,
                       .projected_j = {},
                       .probability = 0.9,
                       .dry = true,
                       .command = "mail \"me\""},
                      {{{"CUDA_VISIBLE_DEVICES", ""}, {"ROCR_VISIBLE_DEVICES", "2"}}, {"GPU-5f"}, {0, 3}}};
  const auto attach = rank_message(to_line(message));
  ASSERT_TRUE(attach);
  EXPECT_EQ(attach->kind, RankMessage::Kind::attach);
  EXPECT_EQ(attach->greeting.rank, 3);
  EXPECT_EQ(attach->greeting.local_rank, 1);
  EXPECT_EQ(attach->greeting.pid, 4711);
  EXPECT_EQ(attach->greeting.name, "mine");
  EXPECT_EQ(attach->greeting.limits, message.greeting.limits);
  EXPECT_EQ(attach->greeting.boards, message.greeting.boards);
  message = {};
  message.kind = RankMessage::Kind::left;
  message.exit_status = 0;
  EXPECT_EQ(rank_message(to_line(message))->exit_status, 0);
  message.kind = RankMessage::Kind::took_over;
  message.time = SteadyTime{99};
  EXPECT_EQ(rank_message(to_line(message))->time, SteadyTime{99});
}

TEST(RankMessage, TakesNoBoardsThatAreNone) {
  const auto read = [](const std::string& boards) {
    const auto message = rank_message(R"({"event":"rank","says":"attach","pid":1,"boards":)" + boards + "}");
    return message ? message->greeting.boards : SeenBoards{{{"not", "read"}}};
  };
  for (const auto* text : {"{}", "[]", "7", "null", R"({"variables":3,"named":"x","nvidia":null})",
                           R"({"variables":{"A":1},"named":[2],"nvidia":["x",1.5]})"})
    EXPECT_EQ(read(text), SeenBoards{}) << text;
}

TEST(RankOrder, KeepsLimitsAndWhatWasReached) {
  RankOrder order;
  order.kind = RankOrder::Kind::limits;
  order.known = {{.energy_j = 900.1, .at_energy = RankLimits::Act::end, .projected_j = 1e6}, 2, false, true};
  const auto known = rank_order(to_line(order));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->kind, RankOrder::Kind::limits);
  EXPECT_EQ(known->known.limits, order.known.limits);
  EXPECT_EQ(known->known.rank, 2);
  EXPECT_FALSE(known->known.energy_told);
  EXPECT_TRUE(known->known.projected_told);
  order = {};
  order.kind = RankOrder::Kind::reached;
  order.why = "the limit is used up";
  order.run_id = "20260201-134507-k7f3";
  order.limit_j = 900;
  order.used_j = 901.5;
  const auto reached = rank_order(to_line(order));
  ASSERT_TRUE(reached);
  EXPECT_EQ(reached->kind, RankOrder::Kind::reached);
  EXPECT_EQ(reached->why, order.why);
  EXPECT_EQ(reached->run_id, order.run_id);
  EXPECT_EQ(reached->limit_j, 900);
  EXPECT_EQ(reached->used_j, 901.5);
  EXPECT_EQ(reached->projected_j, std::nullopt);
}

TEST(RankMessage, LeavesOtherLinesToOthers) {
  for (const char* line :
       {"", "nonsense", "{\"event\":\"epoch\",\"epoch\":1}", "{\"event\":\"rank\"", "{\"event\":\"rank\"}",
        "{\"event\":\"rank\",\"says\":7}", "{\"event\":\"rank\",\"says\":\"sings\"}"})
    EXPECT_FALSE(rank_message(line)) << line;
  const auto odd = rank_message(R"({"event":"rank","says":"heard","kind":99,"unit":-1,"part":[1],"name":5})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->event.kind, EventKind::metric);
  EXPECT_EQ(odd->event.name, "");
}

TEST(RankOrder, IsReadBack) {
  EXPECT_EQ(rank_order(to_line(RankOrder{}))->kind, RankOrder::Kind::take_over);
  const auto end = rank_order(to_line(RankOrder{RankOrder::Kind::end, "7 kWh were used"}));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, RankOrder::Kind::end);
  EXPECT_EQ(end->why, "7 kWh were used");
  EXPECT_FALSE(rank_order("{}"));
  EXPECT_FALSE(rank_order("end"));
}

}  // namespace
}  // namespace joulecast::progress
