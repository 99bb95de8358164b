#include "session/tables/tradeoff_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/shared_data.hpp"

namespace joulecast::session {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunTable table_of(std::string csv) {
  return RunTable(CsvTable::parse(std::move(csv), "t.csv").value());
}

const char* const runs =
    "architecture,gpu,batch_size,energy_j,f1,gpu_util_pct\n"
    "big,A100,32,1000,0.98,90\nbig,A100,32,1100,0.981,91\nbig,A100,32,900,0.979,92\n"
    "small,A100,32,100,0.97,30\nsmall,A100,32,110,0.971,31\nsmall,A100,32,90,0.965,32\n"
    "small,T4,32,60,0.97,80\nsmall,T4,32,66,0.971,81\nsmall,T4,32,61,0.965,82\n";

TEST(DefaultKeys, AreTheColumnsThatTellRunsApart) {
  EXPECT_THAT(default_keys(table_of(runs)), ElementsAre("architecture", "gpu"));
  EXPECT_TRUE(default_keys(table_of("x,y\n1,2\n")).empty());
  EXPECT_THAT(default_keys(table_of("name,architecture,gpu,f1\na,,,1\nb,,,2\n")), ElementsAre("name"))
      << "nothing that is empty";
}

TEST(Tradeoff, ReadsATable) {
  TradeoffRequest request;
  request.quality = "f1";
  const auto report = tradeoff_runs(table_of(runs), request);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->alternatives.size(), 3u);
  EXPECT_EQ(report->options.cost, "energy_j");
  EXPECT_EQ(
      report->alternatives[report->overview.placed[report->overview.cheapest_within].alternative].name(),
      "small / T4");
  EXPECT_EQ(report->utilisation.size(), 3u);
  EXPECT_TRUE(report->utilisation[1].low);
}

TEST(Tradeoff, ReadsCoursesByEpochAndTheFullCycle) {
  TradeoffRequest request;
  request.quality = "accuracy";
  request.cost = "energy_kj";
  request.per_use = "use_j";
  request.uses = 1000;
  const auto report = tradeoff_runs(
      table_of("model,energy_kj,accuracy,use_j\na,10,0.5 0.9 0.9 0.901,5\nb,20,0.5 0.6 0.95 0.96,2\n"),
      request);
  ASSERT_TRUE(report) << to_string(report.error());
  ASSERT_EQ(report->curves.size(), 2u);
  EXPECT_EQ(report->curves[0].enough_epoch, 2);
  EXPECT_DOUBLE_EQ(report->curves[0].share_after_enough, 0.5);
  EXPECT_TRUE(report->energy_by_epoch_assumed);
  ASSERT_EQ(report->lives.size(), 2u);
  EXPECT_DOUBLE_EQ(report->lives[0].total, 15);  // 10 kJ and 1000 uses of 5 J
  EXPECT_DOUBLE_EQ(*report->lives[1].break_even, 10'000 / 3.0);
}

TEST(Tradeoff, SaysWhatIsWrong) {
  const auto message = [](std::string csv, TradeoffRequest request) {
    const auto report = tradeoff_runs(table_of(std::move(csv)), request);
    return report ? "" : to_string(report.error());
  };
  TradeoffRequest request;
  request.quality = "f1";
  EXPECT_EQ(message("model,energy_j,f1\na,1,good\n", request),
            "t.csv:2: column f1: 'good' is not a finite number");
  EXPECT_THAT(message("model,f1\na,1\n", request), HasSubstr("cannot tell which column holds the energy"));
  EXPECT_THAT(message("model,energy_j\na,1\n", request), HasSubstr("no column f1"));
  EXPECT_THAT(message("model,energy_j,f1\na,,1\n", request), HasSubstr("no row has both energy_j and f1"));
  EXPECT_THAT(message("remark,energy_j,f1\na,1,1\n", request), HasSubstr("name one with `group`"));
  request.alternatives.only = {"model=none"};
  EXPECT_THAT(message("model,energy_j,f1\na,1,1\n", request), HasSubstr("no row is left after `only`"));
  request.alternatives.only = {"model"};
  EXPECT_THAT(message("model,energy_j,f1\na,1,1\n", request), HasSubstr("is not column=value"));
}

TEST(Tradeoff, OnlyTakesTheExactNameWhereThereIsOne) {
  TradeoffRequest request;
  request.quality = "f1";
  request.alternatives.only = {"dataset=derma"};
  const auto report =
      tradeoff_runs(table_of("model,dataset,energy_j,f1\na,derma,1,.5\nb,derma_small,2,.6\n"), request);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->alternatives.size(), 1u);
  request.alternatives.only.clear();
  EXPECT_THAT(
      tradeoff_runs(table_of("model,dataset,energy_j,f1\na,derma,1,.5\nb,other,2,.6\n"), request)->warnings,
      Contains(HasSubstr("2 datasets are mixed")));
}

TEST(Tradeoff, SaysWhichRunsDoNotCount) {
  const RunTable table(
      RunRows{"runs.db",
              {"architecture", "energy_j", "f1"},
              {RunCell("a"), RunCell(10), RunCell(0.5), RunCell("a"), RunCell(), RunCell(0.6), RunCell("b"),
               RunCell(20), RunCell(), RunCell(), RunCell(30), RunCell(0.7)},
              {"r1", "r2", "r3", "r4"},
              {{LeftOutReason::failed, "", {"r0"}}},
              {"odd"}});
  TradeoffRequest request;
  request.quality = "f1";
  const auto result = tradeoff_runs(table, request);
  ASSERT_TRUE(result) << to_string(result.error());
  std::vector<std::string> reasons;
  for (const auto& entry : result->left_out) reasons.push_back(describe(entry) + ": " + entry.runs.front());
  EXPECT_THAT(reasons, ElementsAre("1 run failed: r0", "1 run names no architecture: r4",
                                   "1 run has no known energy: r2", "1 run has no f1: r3"));
  EXPECT_EQ(result->warnings.front(), "odd");
  request.alternatives.only = {"architecture=b"};
  EXPECT_EQ(to_string(tradeoff_runs(table, request).error()),
            "tradeoff: no row has both energy_j and f1; 1 run failed; 1 run has no f1");
}

// del Rey et al. (SEAA 2023): a suitable architecture and environment save up to 80.7 % of the energy for
// less than 2 % of F1.
TEST(TradeoffOnMeasuredRuns, TheCheapestWithinTwoPointsOfF1SavesWhatThePaperSays) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = CsvTable::read(root / "tables/seaa2023-runs.csv");
  ASSERT_TRUE(table) << to_string(table.error());
  TradeoffRequest request;
  request.quality = "f1";
  const auto report = tradeoff_runs(RunTable(*table), request);
  ASSERT_TRUE(report) << to_string(report.error());
  const auto& overview = report->overview;
  EXPECT_EQ(report->alternatives[overview.placed[overview.cheapest_within].alternative].name(),
            "mobilenet_v2 / NVIDIA GeForce RTX 3070");
  EXPECT_GT(overview.saving, 0.75);
  EXPECT_LT(overview.quality_lost, 0.02);
  EXPECT_GT(overview.choice_share, 0.8);
  // The front by its definition.
  for (const auto& p : overview.placed) {
    bool dominated = false;
    for (const auto& q : overview.placed)
      dominated = dominated || tradeoff::dominates({q.cost, q.quality}, {p.cost, p.quality});
    EXPECT_EQ(p.on_front, !dominated);
  }
}

TEST(Tradeoff, OfFewRunsTheMetersStateTheIntervalOfTheEnergy) {
  RunRows rows{"store", {"name", "energy_j", "accuracy"}, {}, {"r1", "r2"}, {}, {}, {0.1, 0}};
  for (const auto& [name, energy] : {std::pair{"small", 200.0}, std::pair{"big", 300.0}}) {
    rows.cells.emplace_back(std::string(name));
    rows.cells.emplace_back(energy);
    rows.cells.emplace_back(0.9);
  }
  TradeoffRequest request;
  request.alternatives.group = {"name"};
  request.quality = "accuracy";
  const auto report = tradeoff_runs(RunTable(rows), request);
  ASSERT_TRUE(report) << to_string(report.error());
  const auto& placed = report->overview.placed;
  EXPECT_TRUE(placed[0].cost_by_meters);
  EXPECT_DOUBLE_EQ(placed[0].cost_interval.low, 180);
  EXPECT_DOUBLE_EQ(placed[0].cost_interval.high, 220);
  EXPECT_FALSE(placed[1].cost_by_meters);  // nothing is stated
  EXPECT_TRUE(std::isnan(placed[1].cost_interval.low));
}

}  // namespace
}  // namespace joulecast::session
