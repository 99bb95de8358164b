// What frozen weights leave of a step's work.
#include <gtest/gtest.h>

#include "estimate/offline/physics/network_work.hpp"
#include "estimate/offline/speed/step_work.hpp"
#include "network/description.hpp"
#include "network/frozen.hpp"

namespace joulecast::estimate {
namespace {

/// 8 -> 16 -> 16 -> 4: 128, 256 and 64 multiply-accumulates; 144, 272 and 68 parameters.
NetworkWork work_with(const network::Frozen& frozen) {
  const auto description = network::parse_description(
      "network own\n  input 8\ndense 16\nrelu\ndense 16\nrelu\ndense 4\nend\n", "n.txt");
  return work_of(network::freeze(network::build_described(*description, "own").value(), frozen).value());
}

TEST(FrozenWork, CountsThePassesThatAreMade) {
  const auto all = work_with({}), head = work_with({.backbone = true}), adapted = work_with({.lora_rank = 1});
  EXPECT_EQ(all.product_passes, 3);
  EXPECT_EQ(all.trained_share, 1);
  EXPECT_NEAR(head.product_passes, (128 + 256 + 2 * 64) / 448.0, 1e-12);
  EXPECT_NEAR(head.trained_share, 68 / 484.0, 1e-12);
  EXPECT_NEAR(head.flops(), 2 * (128 + 256 + 2 * 64) / 3.0, 1e-9) << "a third of the step's";
  EXPECT_GT(adapted.product_passes, head.product_passes);
  EXPECT_LT(adapted.product_passes, 2.1) << "forward, and gradients of inputs";
}

TEST(FrozenWork, IsThatOfTheStep) {
  const StepFacts facts{"own", 1e-6, 1000, true};
  const auto all = step_work(facts, {}, work_with({})),
             head = step_work(facts, {}, work_with({.backbone = true}));
  EXPECT_EQ(all.product_passes, 3);
  EXPECT_EQ(all.trained_share, 1);
  EXPECT_LT(head.product_passes, 1.2);
  EXPECT_LT(head.kernel_passes, 2);
  EXPECT_LT(head.trained_share, 0.2);
}

TEST(FrozenWork, TheNameOfALanguageModelTellsAdapters) {
  formats::StepSetup setup;
  setup.sequence_length = 2048;
  EXPECT_EQ(step_work({"llama2-70b-lora", {}, {}, false}, setup, {}).product_passes, 2);
  EXPECT_EQ(step_work({"llama2-70b", {}, {}, false}, setup, {}).product_passes, 3);
}

}  // namespace
}  // namespace joulecast::estimate
