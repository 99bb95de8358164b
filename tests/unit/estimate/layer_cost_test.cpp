#include "estimate/offline/layerwise/layer_cost.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "network/load.hpp"

namespace joulecast::estimate {
namespace {

LayerWork dense(double samples, double inputs, double outputs) {
  LayerWork work;
  work.kind = "linear";
  work.samples = samples;
  work.inputs = inputs;
  work.outputs = outputs;
  return work;
}

/// Thirty layers that scatter around a sum of costs, with one outlier.
std::vector<PassRow> wobbling_layers() {
  std::vector<PassRow> rows;
  for (int i = 1; i <= 30; ++i) {
    const double samples = 16.0 * (1 + i % 5), inputs = 10.0 * i, outputs = 300 - 7.0 * i;
    double seconds = 2e-5 + 1e-9 * 2 * samples * inputs * outputs + 2e-9 * 4 * samples * inputs +
                     3e-9 * 4 * samples * outputs + 5e-10 * 4 * inputs * outputs;
    seconds *= std::exp(0.2 * std::sin(0.9 * i)) * (i == 11 ? 8 : 1);
    rows.push_back({dense(samples, inputs, outputs), Seconds{seconds}, Seconds{seconds}, std::nullopt});
  }
  return rows;
}

TEST(LayerWork, FillsChannelsUpToARegister) {
  LayerWork conv;
  conv.kind = "conv";
  conv.samples = 2, conv.inputs = 9, conv.outputs = 3, conv.taps = 25, conv.positions = 49;
  conv.input_positions = 121;
  EXPECT_DOUBLE_EQ(conv.executed_flops(), 2.0 * 2 * 16 * 8 * 25 * 49);  // 9 -> 16 and 3 -> 8
  EXPECT_DOUBLE_EQ(conv.input_bytes(), 4.0 * 2 * 9 * 121);
  EXPECT_DOUBLE_EQ(conv.output_bytes(), 4.0 * 2 * 3 * 49);
  EXPECT_DOUBLE_EQ(conv.weight_bytes(), 4.0 * 9 * 3 * 25);
  conv.inputs = 3;  // few input channels have kernels of their own
  EXPECT_DOUBLE_EQ(conv.executed_flops(), 2.0 * 2 * 3 * 8 * 25 * 49);
  EXPECT_DOUBLE_EQ(dense(5, 7, 9).executed_flops(), 2.0 * 5 * 7 * 9);
}

TEST(LayerWork, OfANetworksLayers) {
  // ResNet-18 at 3x64x64: 7x7 of stride 2 to 64 channels of 32x32, then a pool of 3x3 to 16x16.
  network::LoadOptions options;
  options.input = network::Shape{3, 64, 64};
  const auto network = network::load_network("resnet18", options).value();
  const auto stem = measured_work(network.layers[0], 10, network.element_bytes).value();
  EXPECT_EQ(stem.kind, "conv");
  EXPECT_EQ(
      (std::array{stem.samples, stem.inputs, stem.outputs, stem.taps, stem.positions, stem.input_positions}),
      (std::array{10.0, 3.0, 64.0, 49.0, 1024.0, 4096.0}));
  EXPECT_FALSE(measured_work(network.layers[1], 10, network.element_bytes));  // batch normalisation
  // 1 MiB in and out for ten samples: mean, variance and output are two traversals of both.
  EXPECT_DOUBLE_EQ(moved_bytes(network.layers[1], 10, network.element_bytes)[forward],
                   2.0 * 10 * 2 * 64 * 1024 * 4);
  const auto pool = measured_work(network.layers[3], 10, network.element_bytes).value();
  EXPECT_EQ(pool.kind, "pool");
  EXPECT_EQ((std::array{pool.groups, pool.taps, pool.positions, pool.input_positions}),
            (std::array{64.0, 9.0, 256.0, 1024.0}));
}

// Reference values: costs from scipy 1.10.1 (nnls, iteratively reweighted with Huber's weights until
// convergence), times the exponential of scikit-learn 1.2.1's KernelRidge(kernel="rbf", alpha=0.1, gamma=0.1)
// on standardised logarithms. The target is clipped at three robust standard deviations.
TEST(LayerTime, AgreesWithScipyAndScikitLearn) {
  const auto time = LayerTime::fit(wobbling_layers()).value();
  EXPECT_NEAR(time.cost(flops) / 9.22500260e-10, 1, 0.01);
  EXPECT_NEAR(time(dense(32, 55, 200)).value() / 8.80773286e-4, 1, 0.005);
  EXPECT_NEAR(time(dense(80, 110, 223)).value() / 4.26363942e-3, 1, 0.005);
  EXPECT_NEAR(time(dense(64, 1000, 1000)).value() / 0.128033341, 1,
              0.005);  // far beyond what it was fitted on
}

TEST(LayerTime, TakesAPartOfTheCostAway) {
  std::vector<PassRow> rows;
  for (int i = 1; i <= 20; ++i) {
    const auto work = dense(32, 20.0 * i, 400.0 / i);
    rows.push_back(
        {work, Seconds{1e-9 * work.executed_flops() + 2e-9 * work.output_bytes()}, Seconds{1}, {}});
  }
  const auto time = LayerTime::fit(rows).value();
  const auto work = dense(32, 100, 80);
  EXPECT_NEAR(time.with_output_cost(work, 0).value() / (1e-9 * work.executed_flops()), 1, 1e-3);
}

TEST(LayerTime, NeedsTenLayersAndAWholeFile) {
  const auto rows = wobbling_layers();
  EXPECT_EQ(LayerTime::fit(std::span(rows).first(9)).error().kind, ErrorKind::invalid);
  const auto good = LayerTime::fit(rows)->to_json();
  EXPECT_TRUE(LayerTime::from_json(good));
  for (const auto& [where, value] :
       std::vector<std::pair<std::string, nlohmann::ordered_json>>{{"/costs_s", {1e-9, 2e-9}},
                                                                   {"/costs_s", {1e-9, -1e-9, 0, 0, 0}},
                                                                   {"/costs_s", "fast"},
                                                                   {"/residual", nullptr},
                                                                   {"/residual/feature_means", {1, 2}},
                                                                   {"/residual/coefficients", {1, 2}}}) {
    auto bad = good;
    bad[nlohmann::ordered_json::json_pointer(where)] = value;
    const auto read = LayerTime::from_json(bad);
    ASSERT_FALSE(read) << where;
    EXPECT_EQ(read.error().kind, ErrorKind::malformed);
  }
}

TEST(PowerCurve, IsMediansJoinedAndConstantBeyond) {
  std::vector<PassRow> rows;
  for (const auto& [step, watts] : {std::pair{1.0, 40.0}, {100.0, 10.0}})
    rows.push_back({dense(1, 1, 1), Seconds{step / 2}, Seconds{step}, Watts{watts} * Seconds{step / 2}});
  rows.push_back({dense(1, 1, 1), Seconds{1}, Seconds{5}, std::nullopt});  // the meter lost it
  const auto curve = PowerCurve::fit(rows).value();
  EXPECT_NEAR(curve(Seconds{0.01}).value(), 40, 1e-9);
  EXPECT_NEAR(curve(Seconds{10}).value(), 20, 1e-9);  // half way, of both logarithms
  EXPECT_NEAR(curve(Seconds{1e4}).value(), 10, 1e-9);
  rows.resize(1);
  EXPECT_NEAR(PowerCurve::fit(rows)->operator()(Seconds{3}).value(), 40, 1e-9);
  rows[0].energy.reset();
  EXPECT_EQ(PowerCurve::fit(rows).error().kind, ErrorKind::invalid);
}

TEST(PowerCurve, RefusesWhatIsNoCurve) {
  for (const auto* bad :
       {"{}", "[]", R"({"log_step_s": [], "log_watts": []})", R"({"log_step_s": [1, 2], "log_watts": [3]})",
        R"({"log_step_s": [2, 1], "log_watts": [3, 4]})"}) {
    const auto read = PowerCurve::from_json(nlohmann::ordered_json::parse(bad));
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().kind, ErrorKind::malformed) << bad;
  }
}

}  // namespace
}  // namespace joulecast::estimate
