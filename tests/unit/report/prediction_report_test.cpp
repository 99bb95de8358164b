#include "report/forecast/prediction_report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

session::Prediction prediction_of() {
  session::Prediction p;
  p.training.architecture = "resnet50";
  p.training.gpu = "RTX 3090";
  p.training.gpu_count = 2;
  p.training.batch_size = 64;
  p.training.gpu_power_limit_w = 350;
  p.training.epochs = 10;
  p.power_w = {400, 300, 500, true};
  p.epoch_time_s = {60, {}, {}, false};
  p.epoch_energy_j = {24000, 20000, 30000, false};
  p.total_energy_j = {240000, 200000, 300000, false};
  p.emissions.emplace().mass = GramsCO2e{12};
  p.emissions->intensity.emplace();
  p.memory_needed_gb = 10;
  p.memory_gb = 24;
  p.novelty = estimate::Novelty::pair;
  p.nearest.push_back({"lab", "pytorch", "cifar10", "resnet18", "RTX 3090", 3, 16, 64, 1.8, 35});
  p.outside_ranges.push_back({{"gmacs", 0.1, 2}, 4.1});
  return p;
}

TEST(PredictionReport, WritesTheTextsOfWhatIsNearestAndWhatIsOutside) {
  const auto p = prediction_of();
  const auto json = to_json(session::PredictionResult{"m.json", {p}});
  EXPECT_EQ(json["model_file"], "m.json");
  const auto& one = json["predictions"][0];
  EXPECT_EQ(one["nearest"][0], "resnet18 on RTX 3090, batch 16-64 (cifar10, pytorch, lab)");
  EXPECT_EQ(one["warnings"][0], "gmacs 4.1 lies outside the training range 0.1 to 2");
  EXPECT_EQ(one["batch_size"].dump(), "64");
  EXPECT_TRUE(one["epoch_time_s"]["low"].is_null());
  EXPECT_TRUE(one["epoch_time_s"]["interval"].is_null());
  EXPECT_EQ(one["power_w"]["interval"], "calibrated");
  const auto text = to_text({p});
  EXPECT_THAT(text, HasSubstr("resnet50 on 2 x RTX 3090, batch 64, limit 350 W"));
  EXPECT_THAT(text, HasSubstr("this training, and this machine, but not together"));
  EXPECT_THAT(text, HasSubstr(one["nearest"][0].get<std::string>()));
}

TEST(PredictionReport, WhatIsNotKnownIsNullAndNotShown) {
  session::Prediction p;
  const auto json = to_json(session::PredictionResult{"", {p}})["predictions"][0];
  for (const auto* key : {"power_w", "epoch_time_s", "total_energy_j", "co2e_g", "power_limit_w"})
    EXPECT_TRUE(json[key].is_null()) << key;
  EXPECT_TRUE(json["memory"]["needed_gb"].is_null());
  EXPECT_THAT(to_text({p}), Not(HasSubstr("memory")));
  EXPECT_THAT(to_text({p}), Not(HasSubstr("power ")));
}

TEST(PredictionReport, ReadsBackWhatItWrote) {
  const auto written = prediction_of();
  const auto read =
      predictions_from_json(to_json(session::PredictionResult{"m.json", {written}}).dump(), "p.json");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->model_file, "m.json");
  ASSERT_EQ(read->predictions.size(), 1u);
  const auto& p = read->predictions[0];
  EXPECT_EQ(p.training.architecture, "resnet50");
  EXPECT_EQ(p.training.gpu, "RTX 3090");
  EXPECT_EQ(p.training.gpu_count, 2);
  EXPECT_EQ(p.training.batch_size, 64);
  EXPECT_EQ(p.training.gpu_power_limit_w, 350);
  EXPECT_EQ(p.training.epochs, 10);
  EXPECT_EQ(p.power_w->high, 500);
  EXPECT_TRUE(p.power_w->calibrated);
  EXPECT_EQ(p.epoch_time_s->value, 60);
  EXPECT_EQ(p.epoch_time_s->low, std::nullopt);
  EXPECT_FALSE(p.total_energy_j->calibrated);
  EXPECT_EQ(p.emissions->mass, GramsCO2e{12});
  EXPECT_EQ(p.memory_gb, 24);
  EXPECT_TRUE(p.fits);
  EXPECT_EQ(p.novelty, estimate::Novelty::pair);
}

TEST(PredictionReport, ReadsWhatOthersWriteAsFarAsItGoes) {
  const auto read = predictions_from_json(
      R"({"predictions": [{"model": "big", "gpu_count": 0, "total_energy_j": null, "memory": {"fits": false}}]})",
      "p.json");
  ASSERT_TRUE(read) << to_string(read.error());
  const auto& p = read->predictions.at(0);
  EXPECT_EQ(p.training.architecture, "big");
  EXPECT_EQ(p.training.gpu_count, std::nullopt);
  EXPECT_EQ(p.training.batch_size, std::nullopt);
  EXPECT_EQ(p.training.epochs, std::nullopt);
  EXPECT_FALSE(p.total_energy_j);
  EXPECT_FALSE(p.fits);
  for (const auto* wrong : {"[1", "[]", "{}", R"({"predictions": {}})", R"({"predictions": [3]})"}) {
    const auto refused = predictions_from_json(wrong, "p.json");
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().kind, ErrorKind::malformed);
    EXPECT_EQ(refused.error().where, "p.json");
  }
}

}  // namespace
}  // namespace joulecast::report
