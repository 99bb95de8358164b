#include "estimate/offline/layerwise.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "network/load.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::estimate {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr auto header = "cpu,layer,batch_size,shape,forward_energy_uj,backward_energy_uj\n";

/// Layers that cost 1 mJ and 2 nJ a FLOP forward, twice that backward.
std::vector<MeasuredLayer> made_layers() {
  std::vector<MeasuredLayer> layers;
  for (const auto* kind : {"conv", "linear", "pool"})
    for (int i = 1; i <= 40; ++i) {
      const LayerWork work{kind, 1e5 * i * i, 1e4 * i, 3e3 * i, 1e3};
      const Joules energy{1e-3 + 2e-9 * work.flops};
      layers.push_back({"made", work, energy, energy * 2});
    }
  return layers;
}

TEST(Layerwise, RecoversACostThatIsASum) {
  std::vector<std::pair<LayerWork, Joules>> rows;
  for (const auto& layer : made_layers())
    if (layer.work.kind == "conv") rows.emplace_back(layer.work, *layer.forward);
  const auto estimator = LayerEstimator::fit(rows).value();
  for (const double flops : {2e5, 3e6, 1e8}) {
    const double truth = 1e-3 + 2e-9 * flops;
    const double side = std::sqrt(flops / 1e5);
    EXPECT_NEAR(estimator.predict({"conv", flops, 1e4 * side, 3e3 * side, 1e3}).value() / truth, 1, 0.05);
  }
}

TEST(Layerwise, SumsANetworkAndSaysWhatItLeavesOut) {
  const auto model = LayerwiseModel::fit(made_layers()).value();
  const auto network = network::load_network("resnet18").value();
  const auto estimate = model.predict(network, 8, "made").value();
  double share = 0;
  Joules forward{0};
  for (const auto& layer : estimate.layers) share += layer.share, forward += layer.forward;
  EXPECT_NEAR(share, 1, 1e-9);
  EXPECT_NEAR(forward.value(), estimate.forward.value(), 1e-9);
  EXPECT_NEAR(estimate.backward / estimate.forward, 2, 0.2);
  EXPECT_FALSE(estimate.not_counted.empty());  // batch normalisation and activations
  EXPECT_EQ(model.predict(network, 8, "unheard of").error().kind, ErrorKind::invalid);
}

TEST(Layerwise, SurvivesAFile) {
  const auto model = LayerwiseModel::fit(made_layers()).value();
  const auto again = LayerwiseModel::from_json(nlohmann::ordered_json::parse(model.to_json().dump())).value();
  const auto network = network::load_network("alexnet").value();
  EXPECT_NEAR(again.predict(network, 8, "made")->forward / model.predict(network, 8, "made")->forward, 1,
              1e-4);
}

TEST(LayerTable, OverflowsAreAbsentAndBadRowsAreNamed) {
  const TemporaryDirectory folder;
  const auto file =
      folder.write("t.csv", std::string(header) + "a,linear,32,in_size=10;out_size=20,-5,100\n");
  const auto layers = read_layer_table(file).value();
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_FALSE(layers[0].forward);
  EXPECT_NEAR(layers[0].backward->value(), 1e-4, 1e-12);
  EXPECT_DOUBLE_EQ(layers[0].work.flops, 2.0 * 32 * 10 * 20);
  for (const auto* row :
       {"a,conv,32,in_chan=1,5,5\n", "a,magic,32,x=1,5,5\n", "a,linear,no,in_size=1;out_size=1,5,5\n",
        "a,linear,32,in_size=1;out_size=1,five,5\n"}) {
    const auto bad = folder.write("bad.csv", std::string(header) + row);
    EXPECT_THAT(read_layer_table(bad).error().where, HasSubstr("bad.csv:2")) << row;
  }
}

TEST(Layerwise, PredictsMeasuredNetworksFromMeasuredLayers) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto layers = read_layer_table(root / "tables" / "layers-cpu.csv");
  ASSERT_TRUE(layers) << to_string(layers.error());
  const auto model = LayerwiseModel::fit(*layers).value();
  network::LoadOptions options;
  options.input = network::Shape{3, 64, 64};
  // Measured on the raptorlake machine at batch 512 (layers-cpu-networks.csv): AlexNet forward 18.46 J.
  // Normalisation and activations were never measured alone, so a network's sum lies below its whole.
  const auto alexnet =
      model.predict(network::load_network("alexnet", options).value(), 512, "raptorlake").value();
  EXPECT_GT(alexnet.forward.value() / 18.46, 0.5);
  EXPECT_LT(alexnet.forward.value() / 18.46, 1.5);
}

}  // namespace
}  // namespace joulecast::estimate
