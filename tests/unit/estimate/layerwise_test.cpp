#include "estimate/offline/layerwise/layerwise.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/files.hpp"
#include "estimate/offline/layerwise/layerwise_errors.hpp"
#include "estimate/offline/layerwise/layerwise_evaluation.hpp"
#include "network/load.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::estimate {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr double second_per_flop = 1e-9, second_per_loss_byte = 7e-9, watts = 50;

/// Layers that cost 1 ns per FLOP in each pass. The backward pass adds 7 ns per byte of the loss's input: 1
/// ns for each of its seven traversals.
std::vector<MeasuredLayer> made_layers(const std::string& cpu = "made", double slower = 1) {
  std::vector<MeasuredLayer> layers;
  for (int i = 1; i <= 60; ++i) {
    LayerWork work;
    work.kind = i % 2 ? "conv" : "linear";
    work.samples = 1 + i % 7;
    work.inputs = 8.0 * (1 + i % 5);
    work.outputs = 8.0 * (1 + i % 3);
    if (i % 2) {
      work.taps = i % 4 == 1 ? 9 : 25;
      work.positions = std::pow(3 + i % 11, 2);
      work.input_positions = std::pow(6 + i % 13, 2);
    }
    const Seconds ahead{slower * second_per_flop * work.executed_flops()};
    const Seconds back = ahead + Seconds{slower * second_per_loss_byte * work.output_bytes()};
    layers.push_back({cpu, work, {{{{ahead, Watts{watts} * ahead}}, {{back, Watts{watts} * back}}}}});
  }
  return layers;
}

network::ArchitectureFeatures two_convolutions() {
  const TemporaryDirectory folder;
  return network::load_network(folder.write("two.txt",
                                            "network two\n  input 8x10x10\n  conv 16 3 pad=valid\n"
                                            "  relu\n  conv 8 3 pad=valid\nend\n"))
      .value();
}

TEST(Layerwise, PutsANetworkTogetherAsItIsAndNotAsItsLayersWereMeasured) {
  const auto model = CpuLayerModel::fit(made_layers()).value();
  const auto estimate = model.predict(two_convolutions(), 4).value();
  ASSERT_EQ(estimate.layers.size(), 3U);
  const double first = 2.0 * 4 * 8 * 16 * 9 * 64, second = 2.0 * 4 * 16 * 8 * 9 * 36;  // FLOPs
  const double joules = watts * second_per_flop;
  EXPECT_NEAR(estimate.layers[0].energy[forward].value() / (joules * first), 1, 0.01);
  // There is no loss, and no gradient of the images. The second convolution computes the gradient of its
  // input.
  EXPECT_NEAR(estimate.layers[0].energy[backward].value() / (joules * first), 1, 0.01);
  EXPECT_NEAR(estimate.layers[2].energy[backward].value() / (joules * 2 * second), 1, 0.01);
  // An activation function was never measured, so it costs 1 ns for each byte that it reads and writes.
  const auto& relu = estimate.layers[1];
  EXPECT_EQ(relu.basis, Basis::moved_bytes);
  EXPECT_NEAR(relu.energy[forward].value() / (watts * 1e-9 * 2 * 4 * 4 * 16 * 64), 1, 0.05);
  double share = 0;
  for (const auto& layer : estimate.layers) share += layer.share;
  EXPECT_NEAR(share, 1, 1e-12);
  EXPECT_NEAR(estimate.moved_bytes_share, relu.share, 1e-12);
  EXPECT_FALSE(estimate.interval);  // the model's errors are unknown
}

TEST(Layerwise, ALongStepDrawsWhatLongStepsDraw) {
  auto layers = made_layers();
  for (auto& layer : layers) {  // 100 W for up to a tenth of a millisecond, 25 W beyond
    const Watts power{layer.step_time().value() < 1e-4 ? 100.0 : 25.0};
    for (auto& pass : layer.passes) pass->energy = power * pass->time;
  }
  const auto model = CpuLayerModel::fit(layers).value();
  const auto estimate = model.predict(two_convolutions(), 1024).value();
  const auto step = estimate.time[forward] + estimate.time[backward];
  EXPECT_GT(step.value(), 0.1);
  EXPECT_NEAR((estimate.step() / step).value() / 25, 1, 0.25);  // although each layer alone is short
}

TEST(Layerwise, WhatHasNoPriceIsNotCountedAndNot0) {
  auto layers = made_layers();
  // without a loss there is no price of a byte
  for (auto& layer : layers) layer.passes[backward] = layer.passes[forward];
  const auto model = CpuLayerModel::fit(layers).value();
  const auto estimate = model.predict(two_convolutions(), 4).value();
  EXPECT_EQ(estimate.layers.size(), 2U);
  EXPECT_EQ(estimate.not_counted, (std::map<std::string, int>{{"relu", 1}}));
  auto without = two_convolutions();
  std::erase_if(without.layers, [](const auto& layer) { return layer.product.has_value(); });
  EXPECT_EQ(model.predict(without, 4).error().kind, ErrorKind::invalid);
}

TEST(Layerwise, KnowsWhatItDoesNotKnow) {
  const auto model = CpuLayerModel::fit(made_layers()).value();
  LayerWork pool;
  pool.kind = "pool";
  EXPECT_FALSE(model.alone(pool).energy[forward]);
  const auto all = LayerwiseModel::fit(made_layers()).value();
  EXPECT_EQ(all.on("unheard of").error().kind, ErrorKind::invalid);
  EXPECT_THAT(all.on("unheard of").error().message, HasSubstr("made"));
  EXPECT_EQ(LayerwiseModel::fit({}).error().kind, ErrorKind::invalid);
  auto lost = made_layers();
  for (auto& layer : lost) layer.passes[backward]->energy.reset();
  EXPECT_EQ(CpuLayerModel::fit(lost).error().kind, ErrorKind::invalid);
}

TEST(LayerwiseErrors, NoShapeStandsOnBothSides) {
  auto layers = made_layers();
  const auto again = made_layers();
  for (auto layer : again) {
    layer.work.samples *= 2;  // another batch of the same shape
    layers.push_back(layer);
  }
  const auto held_out = hold_out_shapes(layers).value();
  EXPECT_EQ(held_out.size(), layers.size());
  std::map<std::string, std::set<int>> folds;
  for (const auto& layer : held_out) folds[shape_of(layer.measured->work)].insert(layer.fold);
  for (const auto& [shape, own] : folds) EXPECT_EQ(own.size(), 1U) << shape;
}

TEST(LayerwiseErrors, LargerLayersArePredictedFromSmallerOnes) {
  const auto layers = made_layers();
  const auto larger = hold_out_larger(layers).value();
  EXPECT_GT(larger.size(), layers.size() / 20);
  EXPECT_LT(larger.size(), layers.size() / 3);
  std::vector<double> sizes;
  for (const auto& layer : layers) sizes.push_back(layer.work.size());
  std::ranges::sort(sizes);
  for (const auto& layer : larger) {
    EXPECT_GT(layer.measured->work.size(), sizes[sizes.size() / 2]);
    EXPECT_LT(std::abs(log_miss(layer).value()), 0.1);  // a sum of costs extrapolates
  }
}

TEST(LayerwiseErrors, AnotherCpuIsOffByItsFactor) {
  auto layers = made_layers("slow", 3);
  for (const auto& layer : made_layers("fast")) layers.push_back(layer);
  const auto model = LayerwiseModel::fit(layers).value();
  const auto fast = model.on("fast").value()->predict(two_convolutions(), 4).value();
  EXPECT_NEAR(fast.other_cpu.value(), 3, 0.05);
  ASSERT_TRUE(fast.interval);
  EXPECT_TRUE(fast.interval->contains(fast.step()));
  const auto evaluation = evaluate_layerwise(layers, {}).value();
  ASSERT_EQ(evaluation.cpus.size(), 2U);
  EXPECT_NEAR(evaluation.cpus[0].factor * evaluation.cpus[1].factor, 1, 0.02);
  EXPECT_LT(evaluation.cpus[0].with_factor.median_ape, 1);
}

TEST(LayerwiseErrors, ANetworkThatIsNoneIsNamedByItsRow) {
  const MeasuredNetwork unknown{"n.csv:7", "made", "no-such-network", 1, 64, {Joules{1}, Joules{1}}};
  EXPECT_THAT(evaluate_layerwise(made_layers(), {unknown}).error().where, HasSubstr("n.csv:7"));
  const MeasuredNetwork elsewhere{"n.csv:8", "other", "alexnet", 1, 64, {Joules{1}, Joules{1}}};
  EXPECT_THAT(evaluate_layerwise(made_layers(), {elsewhere}).error().where, HasSubstr("n.csv:8"));
}

TEST(LayerwiseFile, SurvivesAndRefuses) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "model.json";
  const auto model = LayerwiseModel::fit(made_layers()).value();
  ASSERT_TRUE(model.write(file, "own"));
  const auto again = LayerwiseModel::read(file).value();
  const auto before = (*model.on("made"))->predict(two_convolutions(), 8).value();
  const auto after = (*again.on("made"))->predict(two_convolutions(), 8).value();
  EXPECT_NEAR(after.step() / before.step(), 1, 1e-5);
  EXPECT_NEAR(after.interval->high / before.interval->high, 1, 1e-5);

  const auto good = read_file(file).value();
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const auto& bad : {std::string("{}"), std::string("["), good.substr(0, good.size() / 2),
                          with("\"version\": 2", "\"version\": 99"), with("\"costs_s\"", "\"costs_j\""),
                          with("\"log_step_s\"", "\"steps\""),
                          with("\"larger\": ", "\"larger\": \"\", \"x\": "), with("\"cpus\"", "\"gpus\"")}) {
    const auto read = LayerwiseModel::read(folder.write("bad.json", bad));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::malformed);
    EXPECT_THAT(read.error().where, HasSubstr("bad.json"));
  }
}

TEST(LayerwiseEvaluation, OnMeasuredLayersAndNetworks) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto layers = read_layer_table(root / "tables" / "layers-cpu.csv");
  ASSERT_TRUE(layers) << to_string(layers.error());
  const auto networks = read_network_table(root / "tables" / "layers-cpu-networks.csv");
  ASSERT_TRUE(networks) << to_string(networks.error());
  const auto evaluation = evaluate_layerwise(*layers, *networks).value();
  for (const auto& [cpu, kind, pass, scores, sum_ratio] : evaluation.shapes) {
    if (pass != "step") continue;
    EXPECT_LT(scores.median_ape, 12) << cpu << " " << kind;
    EXPECT_NEAR(sum_ratio, 1, 0.05) << cpu << " " << kind;
    EXPECT_NEAR(scores.coverage.value(), 0.9, 0.03) << cpu << " " << kind;
  }
  for (const auto& [measured, predicted] : evaluation.networks) {
    const auto step = measured.energy[forward] + measured.energy[backward];
    EXPECT_TRUE(predicted.interval->contains(step)) << measured.cpu << " " << measured.network;
  }
}

}  // namespace
}  // namespace joulecast::estimate
