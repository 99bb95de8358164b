#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/run_bundle.hpp"
#include "session/tables/load_run_table.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// 100 s at constant power with one reading per second, starting at `from`.
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
  const auto table = table_of_runs(std::vector{run}, "store");
  ASSERT_EQ(table.rows(), 1u);
  const auto cell = [&](const char* column) {
    return std::string(table.text(0, table.column(column).value()));
  };
  EXPECT_EQ(cell("gpu"), "A100, 40 GB");
  EXPECT_EQ(cell("environment"), "A100, 40 GB at node7");
  const auto number = [&](const char* column) {
    return table.number(0, table.column(column).value()).value();
  };
  EXPECT_NEAR(number("energy_j").value(), 20'000, 1);
  EXPECT_NEAR(number("mean_power_w").value(), 200, 0.01);
  EXPECT_EQ(number("batch_size"), 32);
  EXPECT_FALSE(number("epochs") == 0 || number("gpu_count"));  // unknown is never 0
  EXPECT_EQ(cell("f1"), "0.97");                               // of the run, not of its epoch
  EXPECT_EQ(cell("loss"), "0.3");
  EXPECT_EQ(cell("experiment"), "before");
  EXPECT_EQ(cell("batch_size"), "32");
  EXPECT_TRUE(table.warnings().empty() && table.left_out().empty());
}

TEST(RunTable, TakesTagsForWhatTheRecordDoesNotSay) {
  auto run = run_of("a", 200);
  run.info.training.framework = "pytorch";
  run.tags = {{"architecture", "resnet50"}, {"framework", "another"}};
  const auto table = table_of_runs(std::vector{run}, "store");
  EXPECT_EQ(table.text(0, table.column("architecture").value()), "resnet50");
  EXPECT_EQ(table.text(0, table.column("framework").value()), "pytorch");
}

TEST(RunTable, LeavesOutWhatDidNotFinishAndNamesGaps) {
  auto interrupted = run_of("i", 100);
  interrupted.status = trace::RunStatus::interrupted;
  auto running = run_of("r", 100);
  running.status = trace::RunStatus::running;
  auto failed = run_of("f", 100);
  failed.status = trace::RunStatus::failed;
  const auto table = table_of_runs(
      std::vector{run_of("whole", 100), interrupted, running, failed, run_of("half", 100, 50)}, "store");
  EXPECT_EQ(table.rows(), 2u);
  std::vector<std::string> reasons;
  for (const auto& entry : table.left_out()) reasons.push_back(describe(entry) + ": " + entry.runs.front());
  EXPECT_THAT(reasons,
              ElementsAre("1 run did not finish: i", "1 run is still running: r", "1 run failed: f"));
  EXPECT_THAT(table.warnings(),
              ElementsAre("1 run with measurement gaps (less than 95 % of the time measured): half"));
}

TEST(RunTable, SaysWhyARunDoesNotCount) {
  auto unknown = run_of("u", 100);
  unknown.traces.clear();
  auto known = run_of("k", 100);
  known.info.quality["f1"] = 0.5;
  const auto table = table_of_runs(std::vector{unknown, known}, "store");
  std::vector<LeftOutRuns> left_out;
  const auto note = [&](const char* column) {
    const auto position = table.column(column).value();
    EXPECT_TRUE(table.missing(0, position));
    table.note_without_figure(left_out, 0, position);
  };
  note("energy_j");
  note("mean_power_w");
  note("f1");
  table.note_without_label(left_out, 0, table.column("dataset").value());
  std::vector<std::string> reasons;
  for (const auto& entry : left_out) reasons.push_back(describe(entry));
  EXPECT_THAT(reasons, ElementsAre("1 run has no known energy", "1 run has no f1", "1 run names no dataset"));
}

TEST(RunTable, ReadsTagsAsWhatIsAskedFor) {
  auto run = run_of("a", 200);
  run.tags = {{"rate", "0.1"}, {"kind", "best"}, {"unknown", "NA"}, {"course", "0.5 0.75"}};
  const auto table = table_of_runs(std::vector{run}, "runs.db");
  const auto at = [&](const char* column) { return table.column(column).value(); };
  EXPECT_EQ(table.number(0, at("rate")).value(), 0.1);
  EXPECT_EQ(table.text(0, at("rate")), "0.1");
  EXPECT_FALSE(table.number(0, at("unknown")).value());
  EXPECT_THAT(table.series(0, at("course")).value(), ElementsAre(0.5, 0.75));
  EXPECT_THAT(table.series(0, at("energy_j")).value(), ElementsAre(table.number(0, at("energy_j")).value()));
  EXPECT_EQ(to_string(table.number(0, at("kind")).error()),
            "runs.db, run a: column kind: 'best' is not a finite number");
}

TEST(RunTable, AMetricThatIsNoNumberIsNotKnown) {
  auto run = run_of("a", 200);
  run.info.quality = {{"loss", std::nan("")}, {"diverged", INFINITY}};
  const auto table = table_of_runs(std::vector{run}, "runs.db");
  EXPECT_FALSE(table.number(0, table.column("loss").value()).value());
  EXPECT_THAT(to_string(table.number(0, table.column("diverged").value()).error()),
              HasSubstr("'inf' is not a finite"));
}

TEST(RunTable, IsTheSameFromRunsAsFromTheirCsv) {
  auto run = run_of("a", 200);
  run.info.training.batch_size = 32;
  run.info.quality["f1"] = 0.1 + 0.2;
  run.tags = {{"note", "two, with \"quotes\""}};
  const auto runs = table_of_runs(std::vector{run, run_of("b", 90)}, "store");
  std::string csv;
  for (std::size_t c = 0; c < runs.columns().size(); ++c)
    csv += (c > 0 ? "," : "") + csv_cell(runs.columns()[c]);
  for (std::size_t row = 0; row < runs.rows(); ++row) {
    csv += '\n';
    for (std::size_t c = 0; c < runs.columns().size(); ++c)
      csv += (c > 0 ? "," : "") + csv_cell(runs.text(row, c));
  }
  const RunTable read(CsvTable::parse(csv, "store").value());
  ASSERT_EQ(read.rows(), runs.rows());
  for (std::size_t row = 0; row < runs.rows(); ++row)
    for (std::size_t c = 0; c < runs.columns().size(); ++c) {
      EXPECT_EQ(read.text(row, c), runs.text(row, c));
      EXPECT_EQ(read.missing(row, c), runs.missing(row, c));
      const auto number = runs.number(row, c);
      ASSERT_EQ(read.number(row, c).has_value(), number.has_value());
      EXPECT_EQ(read.number(row, c).value_or(-1), number.value_or(-1));
    }
}

TEST(RunTable, SaysThatThereIsNothing) {
  EXPECT_FALSE(load_run_table("/no/such/table.csv", ""));
  EXPECT_FALSE(load_run_table("", "/no/such/store.db"));
  EXPECT_THAT(to_string(load_run_table("/proc/self/fd", "").error()), HasSubstr("holds no run bundle"));
  EXPECT_THAT(to_string(read_run_table("/proc/self/fd").error()), HasSubstr("is a folder, not a table"));
}

TEST(RunTable, SaysWhyNoRunCanBeUsed) {
  testing::TemporaryDirectory folder;
  auto run = run_of("r", 100);
  run.status = trace::RunStatus::failed;
  ASSERT_TRUE(formats::write_run_bundle(run, folder.path() / "r"));
  EXPECT_EQ(load_run_table(folder.path().string(), "").error().message,
            "holds no finished run; 1 run failed");
}

}  // namespace
}  // namespace joulecast::session
