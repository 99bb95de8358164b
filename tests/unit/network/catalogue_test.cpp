#include "network/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "network/frozen.hpp"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

ArchitectureFeatures catalogued(std::string_view name, const NamedOptions& options = {}) {
  return build_catalogued(name, options).value().value();
}

/// Millions of parameters and GMACs as timm publishes them (results/benchmark-infer-*.csv of its repository).
struct Published {
  const char* name;
  double parameters, gmacs;
};
std::ostream& operator<<(std::ostream& out, const Published& published) {
  return out << published.name;
}
class CataloguedNetwork : public ::testing::TestWithParam<Published> {};
TEST_P(CataloguedNetwork, HasThePublishedSize) {
  const auto sum = totals(catalogued(GetParam().name));
  EXPECT_NEAR(static_cast<double>(sum.parameters) * 1e-6, GetParam().parameters, 0.006);
  EXPECT_NEAR(sum.macs * 1e-9 / GetParam().gmacs, 1, 0.02);
}
INSTANTIATE_TEST_SUITE_P(
    Timm, CataloguedNetwork,
    ::testing::Values(Published{"resnest50d", 27.48, 5.40}, Published{"tresnet_m", 31.39, 5.75},
                      Published{"xcit_nano_12_p16_224", 3.05, 0.56}, Published{"hrnet_w18", 21.30, 4.32},
                      Published{"volo_d1_224", 26.63, 6.94}, Published{"repvgg_b1g4", 39.97, 8.15}));

TEST(Catalogue, KeepsKindsAndTheNumberOfLayersApart) {
  const auto network = catalogued("seresnext50_32x4d");
  int grouped = 0, heads = 0;
  for (const auto& layer : network.layers) {
    grouped += layer.kind == LayerKind::convolution && layer.product && layer.product->groups == 32;
    heads += layer.name == "head";
  }
  EXPECT_EQ(grouped, 16) << "one in each block";
  EXPECT_EQ(heads, 1);
  EXPECT_EQ(network.layers.back().parameters, 2048 * 1000 + 1000);
}

TEST(Catalogue, TakesOldNamesTagsAndTheLibrarysName) {
  EXPECT_EQ(totals(catalogued("gluon_resnet50_v1c")).parameters, totals(catalogued("resnet50c")).parameters);
  EXPECT_EQ(catalogued("timm/resnest50d.in1k").name, "resnest50d");
  EXPECT_FALSE(build_catalogued("no-such-network", {}).value());
}

TEST(Catalogue, ScalesWithTheAreaOfTheImage) {
  const auto usual = totals(catalogued("resnest50d"));
  const auto large = catalogued("resnest50d", {.input = Shape{3, 448, 448}});
  EXPECT_NEAR(totals(large).macs / usual.macs, 4, 0.01);
  EXPECT_EQ(totals(large).parameters, usual.parameters);
  EXPECT_THAT(large.notes.back(), HasSubstr("counted at 3x224x224"));
}

TEST(Catalogue, ChangesTheHeadWithTheClasses) {
  const auto few = catalogued("resnest50d", {.classes = 10});
  EXPECT_NEAR(static_cast<double>(few.layers.back().parameters), 2048 * 10 + 10, 1);
}

TEST(Catalogue, RefusesWhatIsNoImageOfItsChannels) {
  const auto network = build_catalogued("resnest50d", {.input = Shape{1, 28, 28}});
  ASSERT_FALSE(network);
  EXPECT_THAT(to_string(network.error()), HasSubstr("takes images of 3 channels, not 1x28x28"));
}

/// A step needs memory for its widest layer, which is wider than the mean.
TEST(Catalogue, KeepsTheWidestLayer) {
  const auto described = totals(build_named("resnet50").value());
  EXPECT_NEAR(totals(catalogued("resnet50")).widest_bytes / described.widest_bytes, 1, 0.01);
  EXPECT_NEAR(totals(catalogued("resnet50")).saved_bytes / described.saved_bytes, 1, 0.02);
}

/// Which layers come first is not known, only which is the last.
TEST(Catalogue, FreezesAllButTheHeadAlone) {
  const auto network = catalogued("resnest50d");
  const auto head = freeze(network, {.backbone = true}).value();
  EXPECT_EQ(totals(head).trained_parameters, 2048 * 1000 + 1000);
  EXPECT_EQ(freeze(network, {.layers = 5}).error().where, "freeze");
  EXPECT_EQ(freeze(network, {.lora_rank = 4}).error().where, "lora");
}

TEST(Catalogue, KeepsTheWidthsOfOldNames) {
  EXPECT_NEAR(static_cast<double>(totals(catalogued("ig_resnext101_32x16d")).parameters) * 1e-6, 194.03,
              0.006);
  EXPECT_FALSE(build_catalogued("ig_resnext101_32x48d", {}).value()) << "timm took it for another width";
}

TEST(Named, KnowsWhatTheCatalogueLists) {
  EXPECT_EQ(build_named("resnest50d").value().origin, "data/networks/timm.txt");
  EXPECT_EQ(build_named("resnet50").value().origin.find("timm"), std::string::npos)
      << "a description tells single layers";
}

}  // namespace
}  // namespace joulecast::network
