#include "session/tables/weigh_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/svg.hpp"
#include "session/tables/predicted_alternatives.hpp"
#include "support/shared_data.hpp"

namespace joulecast::session {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

formats::CsvTable table_of(std::string csv) {
  return formats::CsvTable::parse(std::move(csv), "t.csv").value();
}

const char* const runs =
    "architecture,gpu,batch_size,energy_j,f1,gpu_util_pct\n"
    "big,A100,32,1000,0.98,90\nbig,A100,32,1100,0.981,91\nbig,A100,32,900,0.979,92\n"
    "small,A100,32,100,0.97,30\nsmall,A100,32,110,0.971,31\nsmall,A100,32,90,0.965,32\n"
    "small,T4,32,60,0.97,80\nsmall,T4,32,66,0.971,81\nsmall,T4,32,61,0.965,82\n";

TEST(DefaultKeys, AreTheColumnsThatTellRunsApart) {
  EXPECT_THAT(default_keys(table_of(runs)), ElementsAre("architecture", "gpu"));
  EXPECT_TRUE(default_keys(table_of("x,y\n1,2\n")).empty());
}

TEST(Tradeoff, ReadsATable) {
  TradeoffRequest request;
  request.quality = "f1";
  const auto report = tradeoff_table(table_of(runs), request);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->alternatives.size(), 3u);
  EXPECT_EQ(report->options.cost, "energy_j");
  EXPECT_EQ(
      report->alternatives[report->overview.placed[report->overview.cheapest_within].alternative].name(),
      "small / T4");
  EXPECT_EQ(report->utilisation.size(), 3u);
  EXPECT_TRUE(report->utilisation[1].low);
  const auto json = report::to_json(*report);
  EXPECT_NEAR(json["cheapest_within"]["saving"].get<double>(), 1 - 61.0 / 1000, 1e-12);
  EXPECT_THAT(report::to_text(*report), HasSubstr("Conclusion: big / A100 has the best f1 (0.98)"));
  EXPECT_THAT(report::to_csv(*report), HasSubstr("small,T4,measured,3,61,"));
  EXPECT_THAT(report::to_svg(report::to_plot(*report)), Not(HasSubstr("nan")));
}

TEST(Tradeoff, ReadsCoursesByEpochAndTheFullCycle) {
  TradeoffRequest request;
  request.quality = "accuracy";
  request.cost = "energy_kj";
  request.per_use = "use_j";
  request.uses = 1000;
  const auto report = tradeoff_table(
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
    const auto report = tradeoff_table(table_of(std::move(csv)), request);
    return report ? "" : to_string(report.error());
  };
  TradeoffRequest request;
  request.quality = "f1";
  EXPECT_EQ(message("model,energy_j,f1\na,1,good\n", request),
            "t.csv:2: column f1: 'good' is not a finite number");
  EXPECT_THAT(message("model,f1\na,1\n", request), HasSubstr("cannot tell which column holds the energy"));
  EXPECT_THAT(message("model,energy_j\na,1\n", request), HasSubstr("no column f1"));
  EXPECT_THAT(message("model,energy_j,f1\na,,1\n", request), HasSubstr("no row has both energy_j and f1"));
  EXPECT_THAT(message("name,energy_j,f1\na,1,1\n", request), HasSubstr("name one with --group"));
  request.alternatives.only = {"model=none"};
  EXPECT_THAT(message("model,energy_j,f1\na,1,1\n", request), HasSubstr("no row is left after --only"));
  request.alternatives.only = {"model"};
  EXPECT_THAT(message("model,energy_j,f1\na,1,1\n", request), HasSubstr("is not column=value"));
}

TEST(Tradeoff, OnlyTakesTheExactNameWhereThereIsOne) {
  TradeoffRequest request;
  request.quality = "f1";
  request.alternatives.only = {"dataset=derma"};
  const auto report =
      tradeoff_table(table_of("model,dataset,energy_j,f1\na,derma,1,.5\nb,derma_small,2,.6\n"), request);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->alternatives.size(), 1u);
  request.alternatives.only.clear();
  EXPECT_THAT(
      tradeoff_table(table_of("model,dataset,energy_j,f1\na,derma,1,.5\nb,other,2,.6\n"), request)->warnings,
      Contains(HasSubstr("2 datasets are mixed")));
}

TEST(Recommend, TakesRequirementsAndCandidatesThatWereOnlyPredicted) {
  RecommendRequest request;
  request.requirements = {"f1 >= best - 0.02", "under 1 kJ"};
  request.alternatives.only = {"gpu=A100"};
  const auto report = recommend_from(table_of(runs), request);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->alternatives[report->recommendation.choice().alternative].name(), "small / A100");

  tradeoff::Alternative predicted;
  predicted.labels = {"tiny", "A100"};
  predicted.provenance = Provenance::modelled;
  predicted.values = {{"energy_j", {10}}, {"f1", {0.975}}};
  predicted.stated["energy_j"] = {5, 20};
  request.predicted = {predicted};
  const auto with_prediction = recommend_from(table_of(runs), request);
  ASSERT_TRUE(with_prediction);
  EXPECT_EQ(report::to_json(*with_prediction)["recommended"]["provenance"], "modelled");
  EXPECT_THAT(report::conclusion(*with_prediction), HasSubstr("predicted, not measured"));
}

TEST(Predicted, AreReadWithTheirIntervals) {
  const std::vector<std::string> keys{"architecture"};
  const std::vector<std::string> columns{"energy_j", "f1"};
  const auto candidates = predicted_from(
      table_of("architecture,energy_j,energy_j_low,energy_j_high\nnew,10,5,20\nother,7,,\n"), keys, columns);
  ASSERT_TRUE(candidates) << to_string(candidates.error());
  EXPECT_EQ((*candidates)[0].provenance, Provenance::modelled);
  EXPECT_EQ((*candidates)[0].stated.at("energy_j").high, 20);
  EXPECT_FALSE((*candidates)[0].values.contains("f1"));
  EXPECT_TRUE((*candidates)[1].stated.empty());
  const auto outside = predicted_from(
      table_of("architecture,energy_j,energy_j_low,energy_j_high\nnew,30,5,20\n"), keys, columns);
  EXPECT_EQ(to_string(outside.error()), "t.csv:2: energy_j 30 does not lie between 5 and 20");
  EXPECT_FALSE(predicted_from(table_of("model,energy_j\nnew,30\n"), keys, columns));
}

TEST(Predicted, AreReadFromWhatPredictWrites) {
  const std::string json = R"({"predictions": [
    {"model": "small", "gpu": "T4", "batch_size": 32, "epoch_time_s": {"value": 60, "low": 50, "high": 70},
     "epoch_energy_j": {"value": 10, "low": 5, "high": 20}, "total_energy_j": {"value": 100, "low": 50, "high": 200},
     "memory": {"fits": true}},
    {"model": "big", "gpu": "T4", "batch_size": 32, "total_energy_j": null, "memory": {"fits": false}}]})";
  std::vector<std::string> warnings;
  const auto candidates = predicted_from_json(json, "p.json", {"architecture", "gpu", "batch_size"},
                                              {"energy_kj", "duration_h", "f1"}, warnings);
  ASSERT_TRUE(candidates) << to_string(candidates.error());
  ASSERT_EQ(candidates->size(), 1u);
  const auto& small = candidates->front();
  EXPECT_EQ(small.name(), "small / T4 / 32");
  EXPECT_DOUBLE_EQ(small.values.at("energy_kj")[0], 0.1);
  EXPECT_DOUBLE_EQ(small.stated.at("energy_kj").high, 0.2);
  EXPECT_DOUBLE_EQ(small.values.at("duration_h")[0], 600 / 3600.0);  // ten epochs of a minute
  EXPECT_FALSE(small.values.contains("f1"));
  EXPECT_THAT(warnings, ElementsAre("big / T4 / 32 does not fit into the GPU's memory and is left out"));
  EXPECT_EQ(predicted_from_json("[1", "p.json", {}, {}, warnings).error().kind, ErrorKind::malformed);
  EXPECT_THAT(to_string(predicted_from_json(json, "p.json", {"framework"}, {}, warnings).error()),
              HasSubstr("do not name framework"));
}

TEST(Predicted, TakeCorrectnessOverFromOtherMachinesAndYieldToMeasurements) {
  const auto alternative = [](std::vector<std::string> labels) {
    tradeoff::Alternative a;
    a.labels = std::move(labels);
    return a;
  };
  auto measured = alternative({"small", "NVIDIA GeForce RTX 3090"});
  measured.runs = 2;
  measured.values = {{"energy_j", {10, 12}}, {"f1", {0.9, 0.92}}};
  std::vector<tradeoff::Alternative> all{measured};
  std::vector<std::string> warnings;
  add_predicted(all,
                {alternative({"small", "RTX 3090"}), alternative({"small", "RTX 3070"}),
                 alternative({"other", "RTX 3070"})},
                {"architecture", "gpu"}, {"energy_j", "f1"}, warnings);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].name(), "small / RTX 3070");
  EXPECT_DOUBLE_EQ(*tradeoff::typical(all[1], "f1"), 0.91);
  EXPECT_FALSE(tradeoff::typical(all[2], "f1"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("was measured"), HasSubstr("which is assumed")));
}

// del Rey et al. (SEAA 2023): a fitting architecture and environment save up to 80.7 % at less than 2 % of
// F1.
TEST(TradeoffOnMeasuredRuns, TheCheapestWithinTwoPointsOfF1SavesWhatThePaperSays) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = formats::CsvTable::read(root / "tables/seaa2023-runs.csv");
  ASSERT_TRUE(table) << to_string(table.error());
  TradeoffRequest request;
  request.quality = "f1";
  const auto report = tradeoff_table(*table, request);
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

}  // namespace
}  // namespace joulecast::session
