#include "run/probe.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "run/orphans.hpp"
#include "run/run_command.hpp"
#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"
#include "trace/probe_tag.hpp"
#include "unit/run/support.hpp"

namespace joulecast::run {
namespace {

measure::Live live_at(double seconds, std::optional<bool> ready) {
  measure::Live live;
  live.elapsed = Seconds{seconds};
  if (ready) live.projection.emplace().ready = *ready;
  return live;
}

TEST(Probe, IsOverWhenTheForecastIsReadyOrTheTimeIsUp) {
  const ProbeOptions options{.at_most = Seconds{90}};
  EXPECT_FALSE(end_of_probe(options, live_at(10, std::nullopt)));
  EXPECT_FALSE(end_of_probe(options, live_at(10, false)));
  EXPECT_EQ(end_of_probe(options, live_at(10, true)), ProbeEnd::ready);
  EXPECT_EQ(end_of_probe(options, live_at(90, false)), ProbeEnd::time_up);
  EXPECT_EQ(end_of_probe(options, live_at(90, true)), ProbeEnd::ready);
}

TEST(Probe, AsksAllOnceAndKillsAfterTheGraceTime) {
  const SteadyTime start{1'000'000'000};
  PoliteEnd end(start, Seconds{30});
  EXPECT_FALSE(end.due(start + Seconds{9}, false)) << "the command may be saving its state";
  EXPECT_EQ(end.due(start + Seconds{10}, false), SIGTERM);
  EXPECT_FALSE(end.due(start + Seconds{11}, true)) << "nobody is asked twice";
  EXPECT_EQ(end.due(start + Seconds{30}, false), SIGKILL);
  EXPECT_FALSE(end.is_hopeless(start + Seconds{30}));
  EXPECT_TRUE(end.is_hopeless(start + Seconds{40}));
  PoliteEnd after(start, Seconds{30});
  EXPECT_EQ(after.due(start + Seconds{1}, true), SIGTERM) << "what the command left behind";
}

struct Probed {
  MeasureResult result;
  trace::Run run;
};

Probed probe(const std::string& script, ProbeOptions probe) {
  const testing::TemporaryDirectory folder;
  MeasureOptions options;
  options.command = {"bash", "-c", script};
  options.sensors = {"replay"};
  options.interval = Seconds{0.02};
  options.store = folder.path() / "runs.db";
  options.quiet = true;
  options.adopt_orphans = true;
  options.probe = probe;
  auto environment = sensors::real_environment();
  environment.replay = &recorded();
  auto result = measure(options, environment);
  EXPECT_TRUE(result) << to_string(result.error());
  const auto store = store::RunStore::open(options.store->string(), store::Access::read);
  return {*result, (*store)->load(result->run_id).value()};
}

TEST(Probe, EndsATrainingOfWhichEnoughWasSeen) {
  const auto [result, run] =
      probe("for i in $(seq 2000); do sleep 0.02; echo Epoch $i/2000; done", {.at_most = Seconds{60}});
  ASSERT_TRUE(result.probe);
  EXPECT_EQ(result.probe->end, ProbeEnd::ready);
  ASSERT_TRUE(result.probe->live.projection);
  EXPECT_GT(result.probe->live.projection->total.value, *result.energy.total);
  EXPECT_EQ(run.status, trace::RunStatus::stopped);
  EXPECT_TRUE(run.tags.contains(std::string(trace::probe_tag)));
  ASSERT_FALSE(run.projections.empty());
  EXPECT_TRUE(run.projections.back().ready);
}

TEST(Probe, ACommandThatEndsByItselfIsARunLikeAnyOther) {
  const auto [result, run] = probe("echo Epoch 1/1; exit 3", {});
  ASSERT_TRUE(result.probe);
  EXPECT_EQ(result.probe->end, ProbeEnd::by_itself);
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_EQ(run.status, trace::RunStatus::failed);
}

TEST(Probe, LeavesNothingBehind) {
  // The command dies at once; one that it started saves its state, another one refuses to end.
  const auto [result, run] = probe(
      "(trap 'sleep 0.3; exit' TERM; while :; do sleep 0.05; done) &"
      "(trap '' TERM; while :; do sleep 0.05; done) & wait",
      {.at_most = Seconds{0.3}, .grace = Seconds{1.5}});
  ASSERT_TRUE(result.probe);
  EXPECT_EQ(result.probe->end, ProbeEnd::time_up);
  EXPECT_TRUE(result.probe->killed);
  EXPECT_EQ(result.exit_status, 128 + SIGTERM);
  EXPECT_TRUE(strangers_below_this_process().empty());
}

TEST(Probe, WaitsForACommandThatSavesItsState) {
  const auto [result, run] =
      probe("trap 'sleep 0.5; exit 7' TERM; while :; do sleep 0.05; done", {.at_most = Seconds{0.2}});
  ASSERT_TRUE(result.probe);
  EXPECT_FALSE(result.probe->killed);
  EXPECT_EQ(result.exit_status, 7);
}

}  // namespace
}  // namespace joulecast::run
