#include "trace/run_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/run_collector.hpp"

namespace joulecast::trace {
namespace {

using ::testing::ElementsAre;

trace::Run long_run() {
  Run run;
  run.info.id = "a";
  run.info.name = "digits";
  run.notes = {"from the header"};
  run.status = RunStatus::failed;
  run.exit_status = 3;
  run.span = {Seconds{0}, Seconds{5000}};
  run.sensors = {{"nvml", true, "", 1, 0, Seconds{0}, Seconds{0}}};
  for (const char* name : {"gpu0_power", "cpu_power"}) {
    auto& trace = run.traces.emplace_back();
    trace.channel.name = name;
    for (int i = 0; i < 5000; ++i) {
      trace.times.push_back(i);
      trace.values.push_back(100 + i % 7);
    }
    trace.gaps = {{Seconds{10}, Seconds{20}}};
  }
  run.epochs = {{1, {Seconds{0}, Seconds{10}}, 1, std::nullopt, {{"loss", 0.5}}},
                {2, {Seconds{10}, Seconds{20}}, 1, std::nullopt, {}}};
  run.metrics = {{Seconds{10}, 1, "loss", 0.5}};
  run.projections = {{Seconds{10}, 0.5, "adaptive", Joules{7}, std::nullopt, std::nullopt, true}};
  return run;
}

TEST(RunSink, AReplayedRunIsCollectedAsItWas) {
  const auto run = long_run();
  RunCollector collector;
  ASSERT_TRUE(replay(run, collector));
  ASSERT_EQ(collector.runs().size(), 1u);
  const auto& copy = collector.runs().front();
  EXPECT_EQ(copy.info.name, run.info.name);
  EXPECT_EQ(copy.status, run.status);
  EXPECT_EQ(copy.exit_status, run.exit_status);
  EXPECT_EQ(copy.span, run.span);
  EXPECT_EQ(copy.sensors.size(), 1u);
  EXPECT_THAT(copy.notes, ElementsAre("from the header"));
  ASSERT_EQ(copy.traces.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(copy.traces[i].channel.name, run.traces[i].channel.name);
    EXPECT_EQ(copy.traces[i].times, run.traces[i].times);
    EXPECT_EQ(copy.traces[i].values, run.traces[i].values);
    EXPECT_EQ(copy.traces[i].gaps, run.traces[i].gaps);
  }
  ASSERT_EQ(copy.epochs.size(), 2u);
  EXPECT_EQ(copy.epochs[0].metrics, run.epochs[0].metrics);
  EXPECT_EQ(copy.metrics.size(), 1u);
  EXPECT_EQ(copy.projections.size(), 1u);
}

TEST(RunSink, WhatIsLearnedOnTheWayStays) {
  RunCollector collector;
  trace::Run header;
  header.notes = {"known before"};
  collector.begin(header);
  collector.channel({});
  collector.append(0, 1, 100);
  collector.note("seen on the way");
  Epoch epoch;
  epoch.span = {Seconds{0}, Seconds{1}};
  collector.epoch(0, epoch);
  epoch.metrics = {{"loss", 0.25}};
  collector.epoch(0, epoch);  // a metric came later
  header.info.training.gpu = "RTX 3090";
  collector.describe(header);
  header.span.end = Seconds{2};
  ASSERT_TRUE(collector.end(header));
  const auto& run = collector.runs().front();
  EXPECT_THAT(run.notes, ElementsAre("known before", "seen on the way"));
  EXPECT_EQ(run.info.training.gpu, "RTX 3090");
  EXPECT_EQ(run.span.end, Seconds{2});
  EXPECT_THAT(run.traces[0].values, ElementsAre(100));
  ASSERT_EQ(run.epochs.size(), 1u);
  EXPECT_EQ(run.epochs[0].metrics.at("loss"), 0.25);
}

}  // namespace
}  // namespace joulecast::trace
