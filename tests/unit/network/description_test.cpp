#include "network/description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/expression.hpp"
#include "network/training_cost.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

Result<ArchitectureFeatures> build(const std::string& body, const NamedOptions& options = {}) {
  const auto description = parse_description("network n\n  input 3x8x8\n" + body + "\nend\n", "n.txt");
  if (!description) return propagate(description.error());
  return build_described(*description, "n", options);
}
std::string reason(const std::string& body, const NamedOptions& options = {}) {
  const auto built = build(body, options);
  return built ? "built" : to_string(built.error());
}

TEST(Expression, FollowsArithmetic) {
  const Lookup variable = [](std::string_view name) {
    return name == "w" ? std::optional(1.4) : std::nullopt;
  };
  const auto value = [&](std::string_view text) { return evaluate(text, variable).value(); };
  EXPECT_DOUBLE_EQ(value("2+3*4-10/4"), 11.5);
  EXPECT_DOUBLE_EQ(value("-(2+3)%3"), -2);
  EXPECT_DOUBLE_EQ(value("ceil(1.2)+floor(1.8)+max(2,3)-min(2,3)"), 4);
  EXPECT_DOUBLE_EQ(value("(3>=3)+(2!=2)+(1<2)"), 2);
  EXPECT_DOUBLE_EQ(value("round8(32*w)"),
                   48);  // 44.8: Tan and Le's reference gives EfficientNet-B4 a stem of 48
  EXPECT_DOUBLE_EQ(value("round8(11)"), 16);  // 8 would be below 90 %
}

TEST(Expression, SaysWhatItCannotRead) {
  const Lookup nothing = [](std::string_view) { return std::nullopt; };
  for (const auto* bad :
       {"", "1+", "(1", "1)", "2 3", "x", "ceil()", "ceil(1,2)", "1/0", "0%0", "1e999", "*2"})
    EXPECT_FALSE(evaluate(bad, nothing)) << bad;
  EXPECT_THAT(evaluate(std::string(5000, '('), nothing).error().message, HasSubstr("nested too deeply"));
  EXPECT_THAT(evaluate(std::string(5000, '-'), nothing).error().message, HasSubstr("nested too deeply"));
}

TEST(Description, CountsOperationsByHand) {
  const auto network = build("conv 4 3 stride=2 bias\nbatch_norm\nrelu\nflatten\ndense 10").value();
  ASSERT_EQ(network.layers.size(), 4U);
  const auto& conv = network.layers[0];
  EXPECT_EQ(conv.output, (Shape{1, 4, 4, 4}));
  EXPECT_EQ(conv.parameters, 4 * 27 + 4);
  EXPECT_DOUBLE_EQ(conv.macs, 16 * 4 * 27);
  EXPECT_DOUBLE_EQ(conv.flops, 2 * 16 * 4 * 27 + 64);
  EXPECT_DOUBLE_EQ(conv.backward_flops, conv.flops);  // the image needs no gradient
  EXPECT_DOUBLE_EQ(conv.input_bytes, 3 * 64 * 4);
  EXPECT_DOUBLE_EQ(conv.saved_bytes, 3 * 64 * 4);
  const auto& dense = network.layers[3];
  EXPECT_EQ(dense.parameters, 64 * 10 + 10);
  EXPECT_DOUBLE_EQ(dense.backward_flops, 2 * dense.flops);
  EXPECT_DOUBLE_EQ(dense.saved_bytes, 0);  // the activation's output, which is kept already
  EXPECT_EQ(network.depth, 2);
  EXPECT_EQ(network.layers[1].kind, LayerKind::normalisation);
}

TEST(Description, TellsKindsOfConvolution) {
  const auto network = build("conv 4 1\ndepthwise 3\nconv 8 3 groups=2\nconv 8 3").value();
  EXPECT_EQ(network.layers[0].kind, LayerKind::pointwise);
  EXPECT_EQ(network.layers[1].kind, LayerKind::depthwise);
  EXPECT_DOUBLE_EQ(network.layers[1].macs, 64 * 4 * 9);
  EXPECT_EQ(network.layers[2].kind, LayerKind::convolution);
  EXPECT_EQ(network.layers[2].parameters, 8 * 2 * 9);
  EXPECT_DOUBLE_EQ(network.layers[2].product->groups, 2);
}

TEST(Description, RunsBranchesBlocksAndVariables) {
  const auto description = parse_description(R"(
block unit width twice=0   # a comment
  add
    conv width 3
    if twice
      conv width 3
    else
      relu
    end
  and
  end
end
network n wide=2 classes=5
  alias m
  input 4x8x8
  let w wide*2
  unit w
  unit width=w twice=1
  repeat 2 as i
    conv channels+i 1
  end
  save kept
  concat
  and
    load kept
  end
  global_pool
  dense classes
end
)",
                                             "n.txt");
  ASSERT_TRUE(description) << to_string(description.error());
  EXPECT_THAT(description->aliases, ::testing::ElementsAre(std::pair<std::string, std::string>{"m", "n"}));
  const auto network = build_described(*description, "n", {.classes = 7}).value();
  EXPECT_EQ(network.layers.front().name, "unit_1/conv_1");
  EXPECT_EQ(network.layers.back().output, (Shape{1, 7}));
  EXPECT_EQ(totals(network).parameters, 3 * 9 * 16 + 4 * 4 + 4 * 5 + 10 * 7 + 7);
}

TEST(Description, CountsAttention) {
  const auto network = build("conv 6 1\ntokens\nself_attention 2 no_bias").value();
  double attention = 0;
  for (const auto& layer : network.layers)
    if (layer.kind == LayerKind::attention) attention += layer.macs;
  EXPECT_DOUBLE_EQ(attention, 2 * 64 * 64 * 6);
  EXPECT_EQ(totals(network).parameters, 18 + 4 * 36);
}

TEST(Description, CountsAttentionInWindows) {
  // 3x8x8 in windows of 5x5: padded to 10x10, so 4 windows of 25 tokens.
  const auto network =
      build("conv 6 1\nwindows 5\nself_attention 2 no_bias cosine biases=7\nimage 8 8\nunshuffle 3").value();
  double attention = 0;
  for (const auto& layer : network.layers)
    if (layer.kind == LayerKind::attention) attention += layer.macs;
  EXPECT_DOUBLE_EQ(attention, 2.0 * 4 * 25 * 25 * 6);
  EXPECT_EQ(totals(network).parameters, 18 + 4 * 36 + 2 + 7);
  EXPECT_EQ(network.layers.back().output, (Shape{1, 54, 3, 3}));
  EXPECT_EQ(reason("windows 2\nimage 9 8"), "n.txt:4: 'image' of 9x8 of an input of 16x4x3");
  EXPECT_EQ(reason("flatten\nwindows 2"), "n.txt:4: 'windows' of an input of 192");
  EXPECT_EQ(reason("flatten\nunshuffle 2"), "n.txt:4: 'unshuffle' by 2 of an input of 192");
  EXPECT_EQ(reason("unshuffle 9"), "n.txt:3: 'unshuffle' by 9 of an input of 3x8x8");
}

TEST(Description, UpsamplesEachSideByItsOwn) {
  EXPECT_EQ(build("upsample 2 3")->layers.back().output, (Shape{1, 3, 16, 24}));
  EXPECT_EQ(build("upsample 2")->layers.back().output, (Shape{1, 3, 16, 16}));
}

TEST(Description, NamesTheLineThatIsWrong) {
  EXPECT_EQ(reason("convolve 3"), "n.txt:3: 'convolve' is neither an operation nor a block");
  EXPECT_EQ(reason("conv 4"), "n.txt:3: 'conv' needs a kernel size");
  EXPECT_EQ(reason("conv 4 3 strode=2"), "n.txt:3: 'conv' has no option 'strode'");
  EXPECT_EQ(reason("relu 3"), "n.txt:3: 'relu' takes no '3'");
  EXPECT_EQ(reason("conv 4.5 3"), "n.txt:3: '4.5' is 4.5, not a whole number up to 1048576");
  EXPECT_EQ(reason("conv four 3"), "n.txt:3: 'four' is not known here");
  EXPECT_EQ(reason("conv 4 99"), "n.txt:3: a kernel size of 'conv' must be 1 to 64");
  EXPECT_EQ(reason("\nload x"), "n.txt:4: nothing is saved as 'x'");
  EXPECT_EQ(reason("conv 4 3 groups=2"),
            "n.txt:3: conv of an input of 3x8x8: 2 groups do not divide 3 and 4 channels");
  EXPECT_EQ(reason("add\nconv 4 1\nand\nend"), "n.txt:3: add of an input of 4x8x8: does not fit 3x8x8");
  EXPECT_EQ(
      reason("conv 4 3 pad=valid", {.input = Shape{3, 2, 2}}),
      "n.txt:3: conv of an input of 3x2x2: the window is larger than the input (with an input of 3x2x2)");
  EXPECT_EQ(reason("else"), "n.txt:3: 'else' in a 'network'");
  EXPECT_EQ(reason("network m"), "n.txt:3: 'network' inside of 'network'");
  EXPECT_EQ(reason("if 1\nrelu"), "n.txt:1: 'network' has no end");
  EXPECT_EQ(to_string(parse_description("relu\n", "n.txt").error()),
            "n.txt:1: 'relu' stands outside of a network or block");
  EXPECT_EQ(to_string(parse_description("# nothing\n", "n.txt").error()), "n.txt:1: describes no network");
}

TEST(Description, BoundsWhatAFileMayAsk) {
  EXPECT_THAT(reason("repeat 1000000\nrelu\nend"), HasSubstr("cannot repeat 1000000 times"));
  EXPECT_THAT(reason("repeat 1000\nrepeat 1000\nrelu\nend\nend"), HasSubstr("more than 200000 statements"));
  EXPECT_THAT(reason("repeat 40\nupsample 1000\nend"), HasSubstr("grows beyond any computer"));
  const auto endless = parse_description("block b\nb\nend\nnetwork n\ninput 3\nb\nend\n", "n.txt");
  EXPECT_THAT(build_described(*endless, "n").error().message, HasSubstr("nested too deeply"));
  std::string deep = "network n\n";
  for (int i = 0; i < 100; ++i) deep += "if 1\n";
  EXPECT_THAT(parse_description(deep, "n.txt").error().message, HasSubstr("nested too deeply"));
}

TEST(Description, IsReadFromAFile) {
  const joulecast::testing::TemporaryDirectory folder;
  const auto file = folder.write("own.txt", "network own\ninput 4\ndense 2\nend\n");
  EXPECT_EQ(totals(read_described(file).value()).parameters, 10);
  EXPECT_EQ(read_described(folder.path() / "absent.txt").error().kind, ErrorKind::unavailable);
}

TEST(StepCost, FollowsItsRules) {
  const auto network = build("conv 4 1\nrelu").value();
  const auto sgd = find_optimiser("SGD").value();
  const auto cost = step_cost(network, 10, sgd);
  const double conv_flops = 2.0 * 64 * 4 * 3;
  EXPECT_DOUBLE_EQ(cost.forward_flops, 10 * (conv_flops + 256));
  EXPECT_DOUBLE_EQ(cost.backward_flops, 10 * (conv_flops + 256));
  EXPECT_DOUBLE_EQ(cost.optimiser_flops, 2 * 12);
  const double traffic = 4 * (192 + 256 + 256 + 256);
  EXPECT_DOUBLE_EQ(cost.forward_bytes, 10 * traffic + 48);
  EXPECT_DOUBLE_EQ(cost.optimiser_bytes, 12 * 4 * 3);
  const auto memory = training_memory(network, 10, find_optimiser("adam").value());
  EXPECT_DOUBLE_EQ(memory.optimiser, 2 * 48);
  EXPECT_DOUBLE_EQ(memory.activations,
                   10 * 4 * (192 + 256));  // the convolution's input and the ReLU's output
  EXPECT_FALSE(find_optimiser("sdg"));
}

TEST(TrainingMemory, FollowsThePrecision) {
  const auto network =
      build("conv 4 1\nbatch_norm\nrelu").value();  // 20 parameters, 12 of them in the convolution
  const auto adam = find_optimiser("adam").value();
  const auto of = [&](Precision precision) {
    return training_memory(network, 10, adam, {.precision = precision}).value();
  };
  const double image = 10 * 4 * 192, channels = 10 * 4 * 256;
  EXPECT_DOUBLE_EQ(of(Precision::fp32).activations, image + 2 * channels);
  EXPECT_DOUBLE_EQ(of(Precision::tf32).total(), of(Precision::fp32).total());
  const auto mixed = of(Precision::amp_bf16);
  EXPECT_DOUBLE_EQ(mixed.activations, image / 2 + channels + channels / 2) << "the norm keeps FP32";
  EXPECT_DOUBLE_EQ(mixed.weights + mixed.optimiser, 3 * 4 * 20);
  EXPECT_DOUBLE_EQ(mixed.cast_weights, 2 * 12);
  EXPECT_DOUBLE_EQ(of(Precision::bf16).total(), of(Precision::fp32).total() / 2);
  for (const auto precision : {Precision::amp_fp8, Precision::fp8, Precision::mxfp8, Precision::nvfp4})
    EXPECT_EQ(training_memory(network, 10, adam, {.precision = precision}).error().where, "precision");
  EXPECT_EQ(find_precision("AMP-BF16").value(), Precision::amp_bf16);
  EXPECT_EQ(find_precision("bf17").error().where, "precision");
}

TEST(TrainingMemory, IsSharedByTheGpus) {
  const auto network = build("conv 4 1\nrelu").value();
  const auto adam = find_optimiser("adam").value();
  const auto alone = training_memory(network, 64, adam);
  const auto of = [&](const TrainingSetup& setup) {
    return training_memory(network, 64, adam, setup).value();
  };
  EXPECT_DOUBLE_EQ(of({.gpus = 4}).activations, alone.activations / 4);
  EXPECT_DOUBLE_EQ(of({.gpus = 4}).weights, alone.weights);
  EXPECT_DOUBLE_EQ(of({.gpus = 4, .accumulate = 3}).activations, alone.activations / 64 * 6)
      << "6 of 64 / 12";
  EXPECT_DOUBLE_EQ(of({.gpus = 4, .shard = 1}).optimiser, alone.optimiser / 4);
  EXPECT_DOUBLE_EQ(of({.gpus = 4, .shard = 1}).gradients, alone.gradients);
  EXPECT_DOUBLE_EQ(of({.gpus = 4, .shard = 2}).gradients, alone.gradients / 4);
  EXPECT_DOUBLE_EQ(of({.gpus = 4, .shard = 3}).weights, alone.weights / 4);
  EXPECT_EQ(training_memory(network, 64, adam, {.gpus = 0}).error().where, "gpus");
  EXPECT_EQ(training_memory(network, 64, adam, {.accumulate = 0}).error().where, "accumulate");
  EXPECT_EQ(training_memory(network, 64, adam, {.shard = 4}).error().where, "shard");
}

TEST(TrainingMemory, OfCheckpointedBlocksIsThatOfTheirInputs) {
  const auto network = parse_description(
                           "block part\n  conv 3 1\n  relu\n  conv 3 1\n  relu\nend\n"
                           "network own\n  input 3x8x8\n  repeat 5\n    part\n  end\nend\n",
                           "t.txt")
                           .and_then([](const Description& d) { return build_described(d, "own"); })
                           .value();
  const auto sgd = find_optimiser("sgd").value();
  const double image = 4 * 192;
  const auto all = training_memory(network, 1, sgd),
             some = training_memory(network, 1, sgd, {.checkpointing = true}).value();
  EXPECT_DOUBLE_EQ(all.activations, (1 + 5 * 2) * image) << "the first input, and what each ReLU writes";
  EXPECT_DOUBLE_EQ(some.activations, (5 + 3) * image) << "five inputs, and the first block's three tensors";
  // Tensor parallelism leaves the inputs whole, and divides 24 of 34 parts of the block.
  const auto shared = training_memory(
      network, 2, sgd, {.gpus = 2, .accumulate = 2, .checkpointing = true, .tensor_parallel = 2});
  EXPECT_DOUBLE_EQ(shared->activations, (5 + 3 * (10 + 12) / 34.0) * image);
  EXPECT_DOUBLE_EQ(recomputed_flops(network, 1), totals(network).flops);
  EXPECT_DOUBLE_EQ(recomputed_flops(build("conv 4 1\nrelu").value(), 1), 0) << "nothing is repeated";
}

/// Eight GPUs in groups of 2 x 2 hold two copies of the model, each GPU a quarter of one.
TEST(TrainingMemory, OfAModelThatGpusShareIsAPart) {
  const auto network = build("conv 4 1\nbatch_norm\nrelu\ndense 5").value();
  const auto adam = find_optimiser("adam").value();
  const auto whole = training_memory(network, 4, adam);
  const TrainingSetup shared{.gpus = 8, .accumulate = 2, .tensor_parallel = 2, .pipeline_parallel = 2};
  const auto part = training_memory(network, 16, adam, shared).value();  // 4 samples a micro-batch, too
  EXPECT_DOUBLE_EQ(part.weights, whole.weights / 4);
  EXPECT_DOUBLE_EQ(part.optimiser, whole.optimiser / 4);
  // half of the layers for each of two micro-batches in flight, and 24 of 34 parts by two
  EXPECT_DOUBLE_EQ(part.activations, whole.activations * (10 + 12) / 34);
  EXPECT_DOUBLE_EQ(part.working_set, whole.working_set / 2);
  auto sharded = shared;
  sharded.shard = 1;
  EXPECT_DOUBLE_EQ(training_memory(network, 16, adam, sharded)->optimiser, whole.optimiser / 8);
  EXPECT_EQ(training_memory(network, 16, adam, {.gpus = 8, .tensor_parallel = 3}).error().where,
            "tensor_parallel");
}

TEST(LargestBatch, IsTheLastThatFits) {
  const auto network = build("conv 4 1\nbatch_norm\nrelu").value();
  const auto adam = find_optimiser("adam").value();
  for (const TrainingSetup& setup :
       {TrainingSetup{},
        TrainingSetup{.precision = Precision::amp_fp16, .gpus = 4, .accumulate = 2, .shard = 2}}) {
    const double bytes = 100'000;
    const auto batch = largest_batch(network, bytes, adam, setup).value();
    EXPECT_GT(batch, 0);
    EXPECT_LE(training_memory(network, batch, adam, setup)->total(), bytes);
    EXPECT_GT(training_memory(network, batch + 1, adam, setup)->total(), bytes);
  }
  EXPECT_EQ(largest_batch(network, 100, adam, {}).value(), 0);
}

TEST(Summarise, GivesSharesOfTheWhole) {
  const auto summary =
      summarise(build("conv 4 1\ndepthwise 3\nbatch_norm\nrelu\nglobal_pool\ndense 5").value(), 8);
  EXPECT_NEAR(summary.pointwise_share + summary.depthwise_share + summary.dense_share, 1, 1e-12);
  EXPECT_GT(summary.memory_bound_share, 0.3);
  EXPECT_LT(summary.memory_bound_share, 1);
  EXPECT_EQ(summary.depth, 3);
  EXPECT_GT(summary.arithmetic_intensity, 0);
}

TEST(ParseShape, TakesSidesJoinedByX) {
  EXPECT_EQ(parse_shape("3x224X224").value(), (Shape{3, 224, 224}));
  EXPECT_EQ(to_text(Shape{3, 2}), "3x2");
  for (const auto* bad : {"", "x", "3x", "3x-1", "3x0", "3,4", "9999999999", "3x4.5"})
    EXPECT_FALSE(parse_shape(bad)) << bad;
  EXPECT_EQ(element_count(Shape{1 << 30, 1 << 30, 8}), std::nullopt);
}

}  // namespace
}  // namespace joulecast::network
