#include "network/named.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "network/ec_nas.hpp"
#include "network/training_cost.hpp"
#include "support/shared_data.hpp"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

// Megabytes per sample that PyTorch 2's autograd keeps between the passes, without parameters. Measured at
// batch 2 and divided by 2: the distinct storages seen by torch.autograd.graph.saved_tensors_hooks on
// torchvision's networks in training mode.
struct Kept {
  const char* name;
  double megabytes;
};
class KeptActivations : public ::testing::TestWithParam<Kept> {};
TEST_P(KeptActivations, AreThoseOfPyTorch) {
  const auto sum = totals(build_named(GetParam().name).value());
  EXPECT_NEAR(sum.saved_bytes * 1e-6 / GetParam().megabytes, 1, 0.03);
}
INSTANTIATE_TEST_SUITE_P(PyTorch, KeptActivations,
                         ::testing::Values(Kept{"alexnet", 3.741}, Kept{"vgg16", 73.355},
                                           Kept{"resnet50", 86.016}, Kept{"mobilenet_v2", 78.278},
                                           Kept{"mobilenet_v3_large", 44.163}, Kept{"densenet121", 130.529},
                                           Kept{"efficientnet_b0", 88.278}, Kept{"inception_v3_aux", 98.365},
                                           Kept{"squeezenet1_1", 21.070}, Kept{"regnet_y_1_6gf", 71.927},
                                           Kept{"regnet_x_8gf", 110.563}, Kept{"mnasnet1_0", 44.341},
                                           Kept{"resnext101_32x8d", 247.079}, Kept{"densenet161", 243.213},
                                           Kept{"efficientnet_v2_s", 452.552}, Kept{"googlenet", 48.2},
                                           Kept{"vgg16_bn", 127.562}, Kept{"swin_t", 106.634},
                                           Kept{"maxvit_t", 307.330}, Kept{"convnext_tiny", 109.156}));

struct Spelling {
  const char* written;
  const char* meant;
};
class SpelledNetwork : public ::testing::TestWithParam<Spelling> {};
TEST_P(SpelledNetwork, IsFound) {
  const auto network = build_named(GetParam().written);
  ASSERT_TRUE(network) << to_string(network.error());
  EXPECT_EQ(network->name, GetParam().meant);
}
INSTANTIATE_TEST_SUITE_P(
    Tables, SpelledNetwork,
    ::testing::Values(
        Spelling{"ResNet50", "resnet50"}, Spelling{"resnet-50", "resnet50"},
        Spelling{"RESNET_50", "resnet50"}, Spelling{"resnet50-v1.5", "resnet50"},
        Spelling{"ResNet50V2", "resnet50_v2"}, Spelling{"ResNext50", "resnext50_32x4d"},
        Spelling{"ResNeXt-101 32x8d", "resnext101_32x8d"}, Spelling{"WideResNet50", "wide_resnet50_2"},
        Spelling{"wide_resnet101", "wide_resnet101_2"}, Spelling{"MobileNet", "mobilenet_v1"},
        Spelling{"MobileNetV2", "mobilenet_v2"}, Spelling{"MobileNetV3-Large", "mobilenet_v3_large"},
        Spelling{"RegNetX400MF", "regnet_x_400mf"}, Spelling{"regnetx_400mf", "regnet_x_400mf"},
        Spelling{"RegNetX-1.6GF", "regnet_x_1_6gf"}, Spelling{"RegNetX16GF", "regnet_x_16gf"},
        Spelling{"RegNetX32GF", "regnet_x_32gf"}, Spelling{"RegNetY32GF", "regnet_y_32gf"},
        Spelling{"regnety_032", "regnet_y_3_2gf"}, Spelling{"ShuffleNetV2x05", "shufflenet_v2_x0_5"},
        Spelling{"ShuffleNet V2 x2.0", "shufflenet_v2_x2_0"}, Spelling{"MNASNet", "mnasnet1_0"},
        Spelling{"mnasnet0.75", "mnasnet0_75"}, Spelling{"MNASNet13", "mnasnet1_3"},
        Spelling{"SqueezeNet 1.0", "squeezenet1_0"}, Spelling{"QuickNetLarge", "quicknet_large"},
        Spelling{"InceptionResNetV2", "inception_resnet_v2"}, Spelling{"NASNetLarge", "nasnet_large"},
        Spelling{"EfficientNetB0", "efficientnet_b0"}, Spelling{"EfficientNetV2B0", "efficientnet_v2_b0"},
        Spelling{"EfficientNetV2-Small", "efficientnet_v2_s"}, Spelling{"DenseNet161", "densenet161"},
        Spelling{"GoogLeNet", "googlenet"}, Spelling{"VGG16-BN", "vgg16_bn"}, Spelling{"vgg_16", "vgg16"},
        Spelling{"ConvNeXt-T", "convnext_tiny"}, Spelling{"Swin-Tiny", "swin_t"},
        Spelling{"SwinV2-B", "swin_v2_b"}, Spelling{"ViT-L/32", "vit_l_32"},
        Spelling{"ViT-Tiny", "vit_ti_16"}, Spelling{"DeiT-Small", "vit_s_16"},
        Spelling{"ViT-Base/32", "vit_b_32"}, Spelling{"BERT-base-uncased", "bert_base"},
        Spelling{"torchvision.models.resnet50", "resnet50"},
        Spelling{"google/mobilenet_v2_1.0_224", "mobilenet_v2"},
        Spelling{"ShuffleNet V2 1.5x", "shufflenet_v2_x1_5"},
        Spelling{"google/vit-base-patch16-224", "vit_b_16"}));

TEST(NamedNetwork, IsNotGuessed) {
  const auto answer = [](std::string_view name) { return build_named(name).error().message; };
  EXPECT_EQ(answer("ResNeXt101"),
            "'ResNeXt101' may mean resnext101_32x4d, resnext101_32x8d, resnext101_64x4d");
  EXPECT_EQ(answer("MobileNetV3"), "'MobileNetV3' may mean mobilenet_v3_large, mobilenet_v3_small");
  EXPECT_EQ(answer("NASNet"), "'NASNet' may mean nasnet_large, nasnet_mobile");
  EXPECT_THAT(answer("timm.resnet51"), HasSubstr("nearest: resnet51q, resnet50"));
  // A part of a word or number is not a name.
  for (const auto* name : {"resnet3", "densenet16", "mobile", "deepspeech", "resnet50x", "_", "models.", "/"})
    EXPECT_THAT(answer(name), HasSubstr("unknown network")) << name;
}

TEST(NamedNetwork, IsMeantByItsOwnName) {
  const auto names = known_names().value();
  EXPECT_GT(names.size(), 100U);
  for (const auto& name : names) {
    const auto network = build_named(name);
    ASSERT_TRUE(network) << to_string(network.error());
    EXPECT_EQ(network->name, name);
  }
}

TEST(NamedNetwork, TakesImagesOfOtherSizes) {
  const auto names = known_names().value();
  int checked = 0;
  for (const auto& name : names) {
    const auto own = build_named(name).value();
    const auto& sample = own.inputs.front().shape;
    // Inception's auxiliary head only works with its own 17x17 map.
    if (sample.size() != 4 || name == "deepspeech2" || name == "inception_v3_aux") continue;
    double before = 0;
    for (const std::int64_t side : {128, 192, 256, 304, 384}) {
      const auto other = build_named(name, {.input = Shape{sample[1], side, side}});
      ASSERT_TRUE(other) << to_string(other.error());
      const auto sum = totals(*other);
      EXPECT_GT(sum.macs, before) << name << " at " << side;
      before = sum.macs;
      ++checked;
    }
  }
  EXPECT_GT(checked, 400);
}

TEST(NamedNetwork, TakesInputAndClasses) {
  const auto sum = totals(build_named("resnet50", {.input = Shape{3, 128, 128}, .classes = 10}).value());
  EXPECT_EQ(sum.parameters, 25557032 - 990 * 2049);
  // Convolutions scale with the 4x4 instead of 7x7 last map, 16/49; the dense layer does not.
  const double convolutions = totals(build_named("resnet50").value()).macs - 2048 * 1000;
  EXPECT_NEAR(sum.macs, convolutions * 16 / 49 + 20480, 1);
}

TEST(NamedNetwork, RefusesWhatItCannotBuild) {
  const auto unknown = build_named("resnet51").error();
  EXPECT_EQ(unknown.kind, ErrorKind::invalid);
  EXPECT_THAT(unknown.message, HasSubstr("nearest: resnet51q, resnet50"));
  EXPECT_THAT(build_named("").error().message, HasSubstr("'joulecast model' lists the known ones"));
  EXPECT_EQ(build_named("inception_v3", {.input = Shape{3, 20, 20}}).error().kind, ErrorKind::invalid);
  EXPECT_THAT(build_named("vgg16", {.input = Shape{128}}).error().message, HasSubstr("an input of 128"));
  EXPECT_FALSE(build_named("bert_base", {.classes = 2}));
  EXPECT_FALSE(build_named("resnet50", {.classes = -1}));
}

TEST(NamedNetwork, CoversTheMeasuredWorkloads) {
  SKIP_WITHOUT_SHARED_DATA(root);
  int checked = 0;
  for (const auto* file : {"workloads.csv", "imagenet-inference.csv", "pruned-inference.csv"}) {
    const auto table = CsvTable::read(root / "tables" / file, CsvKind::data).value();
    const auto source = table.find("source");
    const auto name = table.find("architecture") ? table.find("architecture") : table.find("model");
    const auto parameters = table.needed_column("params").value();
    const bool pruned = file == std::string_view("pruned-inference.csv");
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (source && table.text(row, *source) == "ec-nas") continue;
      const auto network = build_named(table.text(row, name.value()));
      ASSERT_TRUE(network) << table.where(row) << to_string(network.error());
      // TensorFlow also counts running statistics and biases before normalisation, up to 1.5 % more.
      const auto recorded = parse_double(table.text(row, parameters));
      if (!recorded || pruned) continue;
      EXPECT_NEAR(static_cast<double>(totals(*network).parameters) / *recorded, 1, 0.015) << table.where(row);
      ++checked;
    }
  }
  EXPECT_GT(checked, 40);
}

TEST(EcNas, HasTheRecordedParametersInEveryRow) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto cells = read_ec_nas_cells(root / "tables" / "ec-nas-graphs.csv");
  ASSERT_TRUE(cells) << to_string(cells.error());
  const auto table = CsvTable::read(root / "tables" / "ec-nas.csv", CsvKind::data).value();
  const auto hash = table.needed_column("architecture_hash").value();
  const auto parameters = table.needed_column("params").value();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto network = build_ec_nas(cells->at(std::string(table.text(row, hash))));
    ASSERT_TRUE(network) << to_string(network.error());
    EXPECT_EQ(totals(*network).parameters, parse_int(table.text(row, parameters))) << table.where(row);
  }
}

Cell cell(std::vector<std::string> operations, const std::vector<std::pair<int, int>>& edges) {
  Cell result{.edges = std::vector(operations.size(), std::vector<bool>(operations.size())),
              .operations = std::move(operations)};
  for (const auto& [from, to] : edges)
    result.edges[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)] = true;
  return result;
}

TEST(EcNas, CountsACellByHand) {
  // input -> 3x3 -> output: each cell projects its input to c channels and convolves them.
  const auto network = build_ec_nas(cell({"input", "conv3x3-bn-relu", "output"}, {{0, 1}, {1, 2}}));
  ASSERT_TRUE(network) << to_string(network.error());
  std::int64_t expected = 3 * 9 * 128 + 2 * 128 + 512 * 10 + 10;
  for (std::int64_t in = 128, out = 128, i = 0; i < 9; ++i, in = out) {
    if (i == 3 || i == 6) out *= 2;
    expected += in * out + 2 * out + 9 * out * out + 2 * out;
  }
  EXPECT_EQ(totals(*network).parameters, expected);
}

TEST(EcNas, RefusesWhatIsNoCell) {
  EXPECT_THAT(build_ec_nas(cell({"input", "conv3x3-bn-relu", "output"}, {{0, 1}})).error().message,
              HasSubstr("vertex 1 of the cell leads nowhere"));
  EXPECT_THAT(build_ec_nas(cell({"input", "conv9x9", "output"}, {{0, 1}, {1, 2}})).error().message,
              HasSubstr("no operation 'conv9x9'"));
  EXPECT_THAT(build_ec_nas(cell({"input", "maxpool3x3", "output"}, {{1, 2}})).error().message,
              HasSubstr("nothing arrives at vertex 1"));
  EXPECT_FALSE(build_ec_nas(cell({"input"}, {})));
}

}  // namespace
}  // namespace joulecast::network
