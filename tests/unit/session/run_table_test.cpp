#include "session/tables/run_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// 100 s at a constant power, one reading a second, from `from` on.
trace::Run run_of(const std::string& id, double watts, double from = 0) {
  trace::Run run;
  run.info.id = id;
  run.info.training.gpu = "A100, 40 GB";
  run.span = {Seconds{0}, Seconds{100}};
  trace::Trace power;
  power.channel.name = "gpu0_power";
  power.channel.quantity = trace::Quantity::power;
  power.channel.component = trace::Component::gpu;
  power.channel.device = "0";
  for (double t = from; t <= 100; ++t) {
    power.times.push_back(t);
    power.values.push_back(watts);
  }
  run.traces.push_back(std::move(power));
  return run;
}

TEST(RunTable, HoldsWhatARunIsAndWhatItUsed) {
  auto run = run_of("a", 200);
  run.info.quality["f1"] = 0.97;
  run.info.training.batch_size = 32;
  run.host.hostname = "node7";
  run.tags["experiment"] = "before";
  run.epochs.push_back({0, {Seconds{0}, Seconds{50}}, {}, {}, {{"f1", 0.5}, {"loss", 0.3}}});
  const auto result = table_of_runs(std::vector{run}, "store");
  const auto& table = result.table;
  ASSERT_EQ(table.rows(), 1u);
  const auto cell = [&](const char* column) {
    return std::string(table.text(0, table.column(column).value()));
  };
  EXPECT_EQ(cell("gpu"), "A100, 40 GB");
  EXPECT_EQ(cell("environment"), "A100, 40 GB at node7");
  EXPECT_NEAR(*table.numbers("energy_j").value()[0], 20'000, 1);
  EXPECT_NEAR(*table.numbers("mean_power_w").value()[0], 200, 0.01);
  EXPECT_EQ(cell("f1"), "0.97");  // of the run, not of its epoch
  EXPECT_EQ(cell("loss"), "0.3");
  EXPECT_EQ(cell("experiment"), "before");
  EXPECT_EQ(cell("batch_size"), "32");
  EXPECT_TRUE(result.warnings.empty());
}

TEST(RunTable, TakesTagsForWhatTheRecordDoesNotSay) {
  auto run = run_of("a", 200);
  run.info.training.framework = "pytorch";
  run.tags = {{"architecture", "resnet50"}, {"framework", "another"}};
  const auto table = table_of_runs(std::vector{run}, "store").table;
  EXPECT_EQ(table.text(0, table.column("architecture").value()), "resnet50");
  EXPECT_EQ(table.text(0, table.column("framework").value()), "pytorch");
}

TEST(RunTable, LeavesOutWhatDidNotFinishAndNamesGaps) {
  auto interrupted = run_of("i", 100);
  interrupted.status = trace::RunStatus::interrupted;
  auto unknown = run_of("u", 100);
  unknown.traces.clear();
  const auto result = table_of_runs(
      std::vector{run_of("whole", 100), interrupted, unknown, run_of("half", 100, 50)}, "store");
  EXPECT_EQ(result.table.rows(), 3u);
  EXPECT_FALSE(result.table.numbers("energy_j").value()[1]);  // unknown is an empty cell, never 0
  EXPECT_THAT(result.warnings, Contains(HasSubstr("1 run did not finish, left out: i")));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("without known energy: u")));
  EXPECT_THAT(result.warnings,
              Contains(HasSubstr("1 run with measurement gaps (less than 95 % of the time measured): half")));
}

TEST(RunTable, SaysThatThereIsNothing) {
  EXPECT_FALSE(load_run_table("/no/such/table.csv", ""));
  EXPECT_FALSE(load_run_table("", "/no/such/store.db"));
  EXPECT_THAT(to_string(load_run_table("/proc/self/fd", "").error()), HasSubstr("holds no run bundle"));
}

}  // namespace
}  // namespace joulecast::session
