#include "session/forecast/given_networks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "session/forecast/prediction_front.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* config =
    R"({"model_type":"bert","hidden_size":128,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":512,"vocab_size":1000,"max_position_embeddings":64,"type_vocab_size":2})";

TEST(GivenNetworks, AreNamedOrSent) {
  const auto named = given_networks({.names = {"ResNet-50", "vgg16"}});
  ASSERT_TRUE(named) << to_string(named.error());
  ASSERT_EQ(named->size(), 2u);
  EXPECT_EQ((*named)[0].name, "resnet50");
  const auto sent = given_networks({.upload = config, .label = "mine"});
  ASSERT_TRUE(sent) << to_string(sent.error());
  EXPECT_EQ(sent->at(0).name, "mine");
  for (const auto& wrong : {GivenNetworks{}, GivenNetworks{.names = {"resnet50"}, .upload = config}})
    EXPECT_EQ(given_networks(wrong).error().where, "model");
}

TEST(GivenNetworks, NoNameIsAFiles) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "config.json";
  ASSERT_TRUE(write_file(file, config));
  for (const auto& name : {file.string(), folder.path().string(), std::string("/etc/passwd")}) {
    const auto refused = given_networks({.names = {name}});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().where, "model");
    EXPECT_TRUE(refused.error().is_field);
  }
  std::vector<std::string> gpus{file.string()};
  EXPECT_EQ(name_gpus(gpus).error().where, "gpu");
}

TEST(GivenNetworks, WhatIsNoNetworkIsRefused) {
  EXPECT_FALSE(given_networks({.upload = "{}"}));
  EXPECT_FALSE(given_networks({.upload = "[1", .label = "mine"}));
  EXPECT_FALSE(given_networks({.upload = "no ONNX file", .is_onnx = true}));
  EXPECT_EQ(given_networks({.upload = "x", .is_onnx = true, .classes = 10}).error().where, "classes");
}

TEST(GivenNetworks, GpusAreTheCataloguesOwn) {
  std::vector<std::string> gpus{"rtx3090",
                                "name=Mine,tdp_w=200,memory_gb=16,memory_bandwidth_gb_s=448,fp32_tflops=15"};
  ASSERT_TRUE(name_gpus(gpus));
  EXPECT_EQ(gpus[0], "RTX 3090");
  std::vector<std::string> none;
  EXPECT_EQ(name_gpus(none).error().where, "gpu");
}

Prediction costing(double seconds, double joules, bool fits = true) {
  Prediction prediction;
  prediction.epoch_time_s = Predicted{seconds, {}, {}, false};
  prediction.epoch_energy_j = Predicted{joules, {}, {}, false};
  prediction.fits = fits;
  return prediction;
}

TEST(PredictionFront, HasWhatNoOtherBeats) {
  std::vector<Prediction> predictions{
      costing(10, 5), costing(5, 10), costing(12, 6), costing(5, 11), costing(1, 1, /*fits=*/false),
      Prediction{}};
  EXPECT_THAT(front_of(predictions), ElementsAre(1, 0));
  EXPECT_THAT(front_of({}), ElementsAre());
}

}  // namespace
}  // namespace joulecast::session
