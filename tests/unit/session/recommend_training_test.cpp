#include "session/tables/recommend_training.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/tables/predicted_alternatives.hpp"

namespace joulecast::session {
namespace {

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

/// The 90 % interval of the total is from half to twice the value.
Prediction prediction_of(const std::string& model, const std::string& gpu, double total_j) {
  Prediction prediction;
  prediction.training.architecture = model;
  prediction.training.gpu = gpu;
  prediction.training.batch_size = 32;
  prediction.total_energy_j = Predicted{total_j, total_j / 2, total_j * 2, true};
  return prediction;
}

TEST(Recommend, TakesRequirementsAndCandidatesThatWereOnlyPredicted) {
  RecommendRequest request;
  request.requirements = {"f1 >= best - 0.02", "under 1 kJ"};
  request.alternatives.only = {"gpu=A100"};
  const auto report = recommend_training(table_of(runs), request);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->alternatives[report->recommendation.choice().alternative].name(), "small / A100");

  request.predictions = {prediction_of("tiny", "A100", 10)};
  const auto with_prediction = recommend_training(table_of(runs), request);
  ASSERT_TRUE(with_prediction) << to_string(with_prediction.error());
  EXPECT_EQ(with_prediction->alternatives.back().name(), "tiny / A100");
  EXPECT_EQ(with_prediction->alternatives.back().provenance, Provenance::modelled);
  for (const auto& ranked : with_prediction->recommendation.ranked)  // the f1 of "tiny" is unknown
    EXPECT_EQ(ranked.fits, with_prediction->alternatives[ranked.alternative].name() == "small / A100");
}

TEST(Recommend, TakesATableOfCandidates) {
  RecommendRequest request;
  request.requirements = {"f1 >= best - 0.02"};
  request.candidates =
      table_of("architecture,gpu,energy_j,energy_j_low,energy_j_high,f1\ntiny,A100,10,5,20,0.975\n");
  const auto result = recommend_training(table_of(runs), request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->alternatives[result->recommendation.choice().alternative].name(), "tiny / A100");
}

TEST(Predicted, AreReadWithTheirIntervals) {
  const std::vector<std::string> keys{"architecture"};
  const std::vector<std::string> columns{"energy_j", "f1"};
  const auto candidates = candidates_from(
      table_of("architecture,energy_j,energy_j_low,energy_j_high\nnew,10,5,20\nother,7,,\n"), keys, columns);
  ASSERT_TRUE(candidates) << to_string(candidates.error());
  EXPECT_EQ((*candidates)[0].provenance, Provenance::modelled);
  EXPECT_EQ((*candidates)[0].stated.at("energy_j").high, 20);
  EXPECT_FALSE((*candidates)[0].values.contains("f1"));
  EXPECT_TRUE((*candidates)[1].stated.empty());
  const auto outside = candidates_from(
      table_of("architecture,energy_j,energy_j_low,energy_j_high\nnew,30,5,20\n"), keys, columns);
  EXPECT_EQ(to_string(outside.error()), "t.csv:2: energy_j 30 does not lie between 5 and 20");
  EXPECT_FALSE(candidates_from(table_of("model,energy_j\nnew,30\n"), keys, columns));
}

TEST(Predicted, AnswerColumnsInTheirUnits) {
  auto small = prediction_of("small", "T4", 100);
  small.epoch_energy_j = Predicted{10, 5, 20, true};
  small.epoch_time_s = Predicted{60, 50, 70, true};
  auto big = prediction_of("big", "T4", 1);
  big.memory_needed_gb = 20;
  big.memory_gb = 16;
  big.fits = false;
  std::vector<std::string> warnings;
  const auto candidates =
      alternatives_from(std::vector{small, big}, "p.json", {"architecture", "gpu", "batch_size"},
                        {"energy_kj", "duration_h", "epoch_energy_j", "f1"}, warnings);
  ASSERT_TRUE(candidates) << to_string(candidates.error());
  ASSERT_EQ(candidates->size(), 1u);
  const auto& candidate = candidates->front();
  EXPECT_EQ(candidate.name(), "small / T4 / 32");
  EXPECT_DOUBLE_EQ(candidate.values.at("energy_kj")[0], 0.1);
  EXPECT_DOUBLE_EQ(candidate.stated.at("energy_kj").high, 0.2);
  EXPECT_DOUBLE_EQ(candidate.values.at("epoch_energy_j")[0], 10);
  EXPECT_DOUBLE_EQ(candidate.values.at("duration_h")[0], 600 / 3600.0);  // ten epochs of a minute
  EXPECT_FALSE(candidate.values.contains("f1"));
  EXPECT_THAT(warnings, ElementsAre("big / T4 / 32 does not fit into the GPU's memory and is left out"));
  EXPECT_EQ(to_string(alternatives_from(std::vector{small}, "p.json", {"framework"}, {}, warnings).error()),
            "p.json: predictions do not name framework: leave it out of `group`");
  EXPECT_FALSE(
      alternatives_from(std::vector{small}, "p.json", {"power_limit_w"}, {}, warnings));  // not known
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
  add_candidates(all,
                 {alternative({"small", "RTX 3090"}), alternative({"small", "RTX 3070"}),
                  alternative({"other", "RTX 3070"})},
                 {"architecture", "gpu"}, {"energy_j", "f1"}, warnings);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].name(), "small / RTX 3070");
  EXPECT_DOUBLE_EQ(*tradeoff::typical(all[1], "f1"), 0.91);
  EXPECT_FALSE(tradeoff::typical(all[2], "f1"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("was measured"), HasSubstr("which is assumed")));
}

}  // namespace
}  // namespace joulecast::session
