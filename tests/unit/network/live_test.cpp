// A network that is told operation by operation has the figures of the same network by description.
#include "network/live.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "network/description.hpp"
#include "network/training_cost.hpp"

namespace joulecast::network {
namespace {

constexpr double float_bytes = 4;

LiveOperation told(std::string operation, std::vector<int> reads, Shape output) {
  return {.name = {},
          .operation = std::move(operation),
          .reads = std::move(reads),
          .writes = {{std::move(output), float_bytes}}};
}

/// Convolution, batch normalisation, ReLU, flattened, dense; two samples a batch.
LiveNetwork small_network() {
  LiveNetwork network("small", "test", 2);
  const int x = network.input("input", {2, 3, 8, 8}, float_bytes);
  const int kernel = network.weight("kernel", {4, 3, 3, 3}, float_bytes);
  const int y = network
                    .convolution(told("conv", {x, kernel}, {2, 4, 8, 8}), {.in_channels = 3,
                                                                           .out_channels = 4,
                                                                           .groups = 1,
                                                                           .kernel_area = 9,
                                                                           .positions = 2 * 64,
                                                                           .bias = false})
                    .front();
  const int scale = network.weight("scale", {4}, float_bytes);
  const int shift = network.weight("shift", {4}, float_bytes);
  const int normalised = network
                             .elements(told("batch_norm", {y, scale, shift}, {2, 4, 8, 8}),
                                       LayerKind::normalisation, std::nullopt, std::nullopt)
                             .front();
  const int active = network
                         .elements(told("relu", {normalised}, {2, 4, 8, 8}), LayerKind::elementwise,
                                   std::nullopt, std::nullopt)
                         .front();
  const int flat = network.view(active, {2, 256});
  const int matrix = network.weight("matrix", {10, 256}, float_bytes);
  const int bias = network.weight("bias", {10}, float_bytes);
  network.product(told("dense", {flat, matrix, bias}, {2, 10}), {.rows = 2, .columns = 10, .depth = 256},
                  true);
  return network;
}

TEST(LiveNetwork, HasTheFiguresOfItsDescription) {
  const auto live = small_network().finish();
  ASSERT_TRUE(live) << to_string(live.error());
  const auto described = parse_description(
      "network small\n  input 3x8x8\n  conv 4 3\n  batch_norm\n  relu\n  flatten\n  dense 10\nend\n", "test");
  ASSERT_TRUE(described) << to_string(described.error());
  const auto built = build_described(*described, "small");
  ASSERT_TRUE(built) << to_string(built.error());
  ASSERT_EQ(live->layers.size(), built->layers.size());
  EXPECT_EQ(live->depth, built->depth);
  for (std::size_t i = 0; i < live->layers.size(); ++i) {
    const auto& mine = live->layers[i];
    const auto& theirs = built->layers[i];
    EXPECT_EQ(mine.kind, theirs.kind);
    EXPECT_EQ(mine.parameters, theirs.parameters) << mine.name;
    EXPECT_EQ(mine.macs, theirs.macs) << mine.name;
    EXPECT_EQ(mine.flops, theirs.flops) << mine.name;
    EXPECT_EQ(mine.backward_flops, theirs.backward_flops) << mine.name;
    EXPECT_EQ(mine.input_bytes, theirs.input_bytes) << mine.name;
    EXPECT_EQ(mine.output_bytes, theirs.output_bytes) << mine.name;
    EXPECT_EQ(mine.weight_bytes, theirs.weight_bytes) << mine.name;
    EXPECT_EQ(mine.saved_bytes, theirs.saved_bytes) << mine.name;
  }
  EXPECT_EQ(live->layers.back().product->rows, 1);  // of one sample
}

TEST(LiveNetwork, WorkOnWeightsAloneIsNoLayerAndKeepsThem) {
  LiveNetwork network("cast", "test", 1);
  const int x = network.input("input", {1, 8}, float_bytes);
  const int matrix = network.weight("matrix", {4, 8}, float_bytes);
  const int turned =
      network.elements(told("transpose", {matrix}, {8, 4}), LayerKind::movement, std::nullopt, std::nullopt)
          .front();
  network.product(told("dense", {x, turned}, {1, 4}), {.rows = 1, .columns = 4, .depth = 8}, false);
  const auto features = std::move(network).finish();
  ASSERT_TRUE(features);
  ASSERT_EQ(features->layers.size(), 1U);
  EXPECT_EQ(features->layers[0].kind, LayerKind::dense);
  EXPECT_EQ(features->layers[0].parameters, 32);
}

TEST(LiveNetwork, SharedWeightsCountOnceAndUnusedOnesAreNoted) {
  LiveNetwork network("tied", "test", 1);
  int x = network.input("input", {1, 8}, float_bytes);
  const int matrix = network.weight("matrix", {8, 8}, float_bytes);
  network.weight("idle", {100}, float_bytes);
  for (int i = 0; i < 3; ++i)
    x = network.product(told("dense", {x, matrix}, {1, 8}), {.rows = 1, .columns = 8, .depth = 8}, false)
            .front();
  const auto features = std::move(network).finish();
  ASSERT_TRUE(features);
  const auto sum = totals(*features);
  EXPECT_EQ(sum.parameters, 64);
  EXPECT_EQ(sum.macs, 3 * 64);
  EXPECT_EQ(features->depth, 3);
  EXPECT_EQ(features->layers[2].name, "dense#3");
  ASSERT_EQ(features->notes.size(), 1U);
  EXPECT_EQ(features->notes[0].find("100 parameters"), 0U);
}

TEST(LiveNetwork, ALoopMultipliesWhatIsInIt) {
  LiveNetwork network("loop", "test", 1);
  const int x = network.input("input", {1, 8}, float_bytes);
  const int stacked = network.weight("stacked", {6, 8, 8}, float_bytes);
  auto operation = told("dense", {x, network.view(stacked, {8, 8})}, {1, 8});
  operation.times = 6;
  network.product(operation, {.rows = 1, .columns = 8, .depth = 8}, false);
  const auto sum = totals(*std::move(network).finish());
  EXPECT_EQ(sum.macs, 6 * 64);
  EXPECT_EQ(sum.parameters, 6 * 64);
  EXPECT_EQ(sum.weight_bytes, 6 * 64 * float_bytes);
}

TEST(LiveNetwork, WhatHasNoRuleIsNamedWithItsWeights) {
  LiveNetwork network("own", "test", 1);
  const int x = network.input("input", {1, 8}, float_bytes);
  const int weight = network.weight("weight", {8}, float_bytes);
  network.uncounted(told("own::twice", {x, weight}, {1, 8}), "a custom operator");
  network.uncounted(told("own::twice", {x, weight}, {1, 8}), "a custom operator");
  const auto features = std::move(network).finish();
  ASSERT_TRUE(features);
  ASSERT_EQ(features->uncounted.size(), 1U);
  EXPECT_EQ(features->uncounted[0].nodes, 2);
  EXPECT_EQ(features->uncounted[0].parameters, 8);
  EXPECT_EQ(uncounted_share(*features), 1);
}

TEST(LiveNetwork, FusedAttentionKeepsItsOperandsAndNoScores) {
  LiveNetwork network("attention", "test", 1);
  std::vector<int> operands;
  for (int i = 0; i < 3; ++i) operands.push_back(network.input("x", {1, 4, 10, 16}, float_bytes));
  network.fused_attention(told("attention", operands, {1, 4, 10, 16}),
                          {.rows = 10, .columns = 10, .depth = 32, .groups = 4});
  const auto sum = totals(*std::move(network).finish());
  EXPECT_EQ(sum.macs, 2 * 4 * 10 * 10 * 16);
  EXPECT_EQ(sum.flops, 2 * sum.macs + 5 * 4 * 10 * 10);  // and softmax
  EXPECT_EQ(sum.saved_bytes, 3 * 4 * 10 * 16 * float_bytes);
}

TEST(LiveNetwork, ScalingByConstantsKeepsNothing) {
  const auto kept = [](bool learned) {
    LiveNetwork network("scaled", "test", 1);
    const int x = network.input("x", {1, 8}, float_bytes);
    const int factor = learned ? network.weight("w", {8}, float_bytes) : network.constant({8}, float_bytes);
    network.elements(told("mul", {x, factor}, {1, 8}), LayerKind::elementwise, std::nullopt, std::nullopt);
    return totals(*std::move(network).finish()).saved_bytes;
  };
  EXPECT_EQ(kept(false), 0);
  EXPECT_EQ(kept(true), 8 * float_bytes);  // for the gradient of the weight
}

TEST(LiveNetwork, ItsModulesAreBlocksForCheckpointing) {
  LiveNetwork network("blocks", "test", 1);
  int x = network.input("x", {1, 64}, float_bytes);
  for (int block = 0; block < 4; ++block)
    for (const auto* part : {"attention.query", "mlp.0"}) {
      auto operation = told(
          "dense", {x, network.weight(fmt::format("{}{}", part, block), {64, 64}, float_bytes)}, {1, 64});
      operation.name = fmt::format("encoder.layer.{}.{}", block, part);
      x = network.product(operation, {.rows = 1, .columns = 64, .depth = 64}, false).front();
    }
  const auto features = std::move(network).finish();
  ASSERT_TRUE(features);
  const auto sgd = find_optimiser("sgd").value();
  const auto kept = [&](bool checkpointing) {
    return training_memory(*features, 1, sgd, {.checkpointing = checkpointing}).value().activations;
  };
  EXPECT_EQ(kept(false), 8 * 64 * float_bytes);
  EXPECT_EQ(kept(true), (4 + 2) * 64 * float_bytes);  // the inputs of all blocks, and one block
}

TEST(LiveNetwork, NothingAtAllIsAnError) {
  const auto nothing = LiveNetwork("empty", "test", 1).finish();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace joulecast::network
