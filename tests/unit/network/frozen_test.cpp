#include "network/frozen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/description.hpp"
#include "network/named.hpp"
#include "network/training_cost.hpp"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

ArchitectureFeatures build(const std::string& body) {
  return parse_description("network own\n  input 8\n" + body + "\nend\n", "n.txt")
      .and_then([](const Description& d) { return build_described(d, "own"); })
      .value();
}

/// 8 -> 16 -> 16 -> 4: 128, 256 and 64 multiply-accumulates; 144, 272 and 68 parameters.
ArchitectureFeatures perceptron() {
  return build("dense 16\nrelu\ndense 16\nrelu\ndense 4");
}

ArchitectureFeatures frozen(const Frozen& what) {
  return freeze(perceptron(), what).value();
}

const Optimiser adam = find_optimiser("adam").value();

TEST(Freeze, NothingChangesNothing) {
  const auto all = totals(perceptron()), same = totals(frozen({}));
  EXPECT_EQ(same.trained_parameters, 144 + 272 + 68);
  EXPECT_EQ(same.backward_flops, all.backward_flops);
  EXPECT_EQ(same.saved_bytes, all.saved_bytes);
}

TEST(Freeze, OfABackboneOnlyTheHeadIsTrained) {
  const auto network = frozen({.backbone = true});
  const auto sum = totals(network);
  EXPECT_EQ(sum.parameters, 144 + 272 + 68);
  EXPECT_EQ(sum.trained_parameters, 68);
  EXPECT_EQ(sum.flops, totals(perceptron()).flops);
  EXPECT_EQ(sum.backward_flops, 2 * 64 + 4) << "the gradient of the head's weights alone";
  EXPECT_EQ(sum.saved_bytes, 4 * 16) << "the head's input";
  const auto memory = training_memory(network, 10, adam);
  EXPECT_EQ(memory.weights, 4 * (144 + 272 + 68));
  EXPECT_EQ(memory.gradients, 4 * 68);
  EXPECT_EQ(memory.optimiser, 8 * 68);
  EXPECT_EQ(memory.activations, 10 * 4 * 16);
  const auto step = step_cost(network, 10, adam);
  EXPECT_EQ(step.optimiser_flops, 68 * adam.flops);
  EXPECT_EQ(step.kernels, 5 + 1 + 1) << "forward, the head's gradient, the optimiser";
  EXPECT_GT(largest_batch(network, 1e6, adam, {}).value(),
            largest_batch(perceptron(), 1e6, adam, {}).value());
}

TEST(Freeze, BehindTheFirstTrainedLayerAllGradientsAreComputed) {
  const auto sum = totals(frozen({.layers = 1}));
  EXPECT_EQ(sum.trained_parameters, 272 + 68);
  // the second layer's weights; the second activation; the head's weights and input
  EXPECT_EQ(sum.backward_flops, (2 * 256 + 16) + 16 + 2 * (2 * 64 + 4));
}

TEST(Freeze, AdaptersStandBesideEveryDenseLayerButTheHead) {
  constexpr int rank = 2;
  const auto network = frozen({.lora_rank = rank});
  const auto sum = totals(network);
  const std::int64_t adapters = rank * (8 + 16) + rank * (16 + 16);
  EXPECT_EQ(sum.parameters, 144 + 272 + 68 + adapters);
  EXPECT_EQ(sum.trained_parameters, adapters);
  EXPECT_EQ(sum.macs, 128 + 256 + 64 + adapters) << "one sample passes each matrix once";
  double products = 0;
  for (const auto& layer : network.layers)
    if (layer.product) products += layer.backward_flops;
  // of the first adapter: A's weights, B in full; the second layer's input and its adapter in full; the
  // head's input
  EXPECT_EQ(products, 2 * (8 * rank) + 4 * (rank * 16) + (2 * 256 + 16) + 4 * (rank * 32) + (2 * 64 + 4));
  const auto memory = training_memory(network, 1, adam);
  EXPECT_EQ(memory.gradients, 4 * adapters);
  EXPECT_EQ(memory.optimiser, 8 * adapters);
}

TEST(Freeze, WhatCannotBeTrainedIsNamed) {
  EXPECT_EQ(freeze(perceptron(), {.layers = 3}).error().where, "freeze");
  EXPECT_EQ(freeze(build("relu"), {.backbone = true}).error().where, "freeze");
  EXPECT_EQ(freeze(build("dense 4"), {.lora_rank = 4}).error().where, "lora");
}

TEST(ParseFrozen, TakesABackboneOrANumberOrARank) {
  EXPECT_FALSE(parse_frozen("", std::nullopt).value().anything());
  EXPECT_TRUE(parse_frozen("Backbone", std::nullopt).value().backbone);
  EXPECT_EQ(parse_frozen("12", std::nullopt).value().layers, 12);
  EXPECT_EQ(parse_frozen("", 16).value().lora_rank, 16);
  for (const auto* wrong : {"0", "-3", "half", "1.5", "99999999999"})
    EXPECT_EQ(parse_frozen(wrong, std::nullopt).error().where, "freeze") << wrong;
  EXPECT_EQ(parse_frozen("", 0).error().where, "lora");
  EXPECT_THAT(parse_frozen("3", 8).error().message, HasSubstr("beside lora"));
}

/// Adapters are in the layers that they stand beside: blocks are those of the network without them.
TEST(Lora, LeavesCheckpointedBlocksWhole) {
  const auto gpt2 = build_named("gpt2", {.sequence = 512}).value();
  const auto adapted = freeze(gpt2, {.lora_rank = 8}).value();
  const TrainingSetup checkpointed{.checkpointing = true};
  const auto whole = training_memory(gpt2, 4, adam, checkpointed).value(),
             lora = training_memory(adapted, 4, adam, checkpointed).value();
  EXPECT_NEAR(lora.activations / whole.activations, 1, 0.1);
  EXPECT_GT(training_memory(adapted, 4, adam).activations, 3 * lora.activations);
  EXPECT_GT(recomputed_flops(adapted, 1), 0.6 * totals(gpt2).flops);
}

}  // namespace
}  // namespace joulecast::network
