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

struct Published {
  const char* name;
  std::int64_t parameters;
  double gmacs;  ///< rounded to two places by its source
};

class NamedNetwork : public ::testing::TestWithParam<Published> {};

TEST_P(NamedNetwork, HasThePublishedFigures) {
  const auto network = build_named(GetParam().name);
  ASSERT_TRUE(network) << to_string(network.error());
  const auto sum = totals(*network);
  EXPECT_EQ(sum.parameters, GetParam().parameters);
  EXPECT_NEAR(sum.macs * 1e-9, GetParam().gmacs, std::max(0.01 * GetParam().gmacs, 0.0051));
  EXPECT_TRUE(network->uncounted.empty());
}

// num_params and GFLOPS (multiply-accumulates) of torchvision's model documentation.
INSTANTIATE_TEST_SUITE_P(
    Torchvision, NamedNetwork,
    ::testing::Values(
        Published{"alexnet", 61100840, 0.71}, Published{"vgg11", 132863336, 7.61},
        Published{"vgg13", 133047848, 11.31}, Published{"vgg16", 138357544, 15.47},
        Published{"vgg19", 143667240, 19.63}, Published{"resnet18", 11689512, 1.81},
        Published{"resnet34", 21797672, 3.66}, Published{"resnet50", 25557032, 4.09},
        Published{"resnet101", 44549160, 7.80}, Published{"resnet152", 60192808, 11.51},
        Published{"resnext50_32x4d", 25028904, 4.23}, Published{"wide_resnet50_2", 68883240, 11.40},
        Published{"densenet121", 7978856, 2.83}, Published{"densenet169", 14149480, 3.36},
        Published{"densenet201", 20013928, 4.29}, Published{"mobilenet_v2", 3504872, 0.30},
        Published{"mobilenet_v3_large", 5483032, 0.22}, Published{"mobilenet_v3_small", 2542856, 0.06},
        Published{"inception_v3_aux", 27161264, 5.71}, Published{"shufflenet_v2_x1_0", 2278604, 0.14},
        Published{"squeezenet1_1", 1235496, 0.35}, Published{"efficientnet_b0", 5288548, 0.39},
        Published{"efficientnet_b1", 7794184, 0.69}, Published{"efficientnet_b3", 12233232, 1.83},
        Published{"efficientnet_b4", 19341616, 4.39}, Published{"efficientnet_b5", 30389784, 10.27},
        Published{"efficientnet_b6", 43040704, 19.07}, Published{"efficientnet_b7", 66347960, 37.75},
        Published{"convnext_tiny", 28589128, 4.46}, Published{"convnext_small", 50223688, 8.68},
        Published{"convnext_base", 88591464, 15.36}, Published{"vit_b_16", 86567656, 17.56},
        Published{"vit_b_32", 88224232, 4.41}, Published{"vit_l_16", 304326632, 61.55}));

// Trainable parameters of keras.applications' summaries; MACs of the papers (Chollet 2016 as counted by
// keras-flops, Zoph et al. 2017 table 2; EfficientNet-B2 at 260: Tan and Le 2019 table 2).
INSTANTIATE_TEST_SUITE_P(Keras, NamedNetwork,
                         ::testing::Values(Published{"xception", 22855952, 8.36},
                                           Published{"nasnet_mobile", 5289978, 0.564},
                                           Published{"inception_v3", 23834568, 5.71},
                                           Published{"efficientnet_b2", 9109994, 0.99}));

// Parameters of the Hugging Face models bert-base-uncased, bert-large-uncased, distilbert-base-uncased,
// roberta-base and gpt2. MACs by hand: layers x tokens x (12 width^2 + 2 tokens width) + pooler or output.
constexpr double transformer(double layers, double tokens, double width) {
  return layers * tokens * (12 * width * width + 2 * tokens * width) * 1e-9;
}
INSTANTIATE_TEST_SUITE_P(HuggingFace, NamedNetwork,
                         ::testing::Values(Published{"bert_base", 109482240, transformer(12, 128, 768)},
                                           Published{"bert_large", 335141888, transformer(24, 128, 1024)},
                                           Published{"distilbert", 66362880, transformer(6, 128, 768)},
                                           Published{"roberta_base", 124645632, transformer(12, 128, 768)},
                                           Published{"gpt2", 124439808,
                                                     transformer(12, 1024, 768) + 1024 * 768 * 50257e-9}));

// Megabytes that PyTorch 2's autograd keeps of one sample between the passes, parameters apart: distinct
// storages seen by torch.autograd.graph.saved_tensors_hooks over torchvision's networks in training mode at
// batch 2, divided by 2.
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
                                           Kept{"squeezenet1_1", 21.070}, Kept{"convnext_tiny", 109.156}));

TEST(NamedNetwork, IsFoundHoweverItIsWritten) {
  for (const auto* name : {"ResNet50", "resnet-50", "RESNET_50"})
    EXPECT_EQ(build_named(name)->name, "resnet50");
  EXPECT_EQ(build_named("MobileNetV2")->name, "mobilenet_v2");
  EXPECT_EQ(build_named("bert-base-uncased")->name, "bert_base");
  EXPECT_EQ(build_named("EfficientNetB0")->name, "efficientnet_b0");
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
  EXPECT_THAT(unknown.message, HasSubstr("nearest: resnet50"));
  EXPECT_THAT(build_named("").error().message, HasSubstr("known: alexnet"));
  EXPECT_EQ(build_named("inception_v3", {.input = Shape{3, 20, 20}}).error().kind, ErrorKind::invalid);
  EXPECT_THAT(build_named("vgg16", {.input = Shape{128}}).error().message, HasSubstr("an input of 128"));
  EXPECT_FALSE(build_named("bert_base", {.classes = 2}));
  EXPECT_FALSE(build_named("resnet50", {.classes = -1}));
}

TEST(NamedNetwork, CoversTheMeasuredWorkloads) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = read_csv(root / "tables" / "workloads.csv").value();
  const auto source = table.needed_column("source").value();
  const auto name = table.needed_column("architecture").value();
  const auto parameters = table.needed_column("params").value();
  int checked = 0;
  for (const auto& row : table.rows) {
    if (row.cells[source] == "ec-nas") continue;
    const auto network = build_named(row.cells[name]);
    ASSERT_TRUE(network) << to_string(network.error());
    // TensorFlow counts running statistics and biases before normalisation too: up to 1.5 % more.
    if (const auto recorded = parse_double(row.cells[parameters])) {
      EXPECT_NEAR(static_cast<double>(totals(*network).parameters) / *recorded, 1, 0.015) << row.cells[name];
      ++checked;
    }
  }
  EXPECT_GT(checked, 20);
}

TEST(EcNas, HasTheRecordedParametersInEveryRow) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto cells = read_ec_nas_cells(root / "tables" / "ec-nas-graphs.csv");
  ASSERT_TRUE(cells) << to_string(cells.error());
  const auto table = read_csv(root / "tables" / "ec-nas.csv").value();
  const auto hash = table.needed_column("architecture_hash").value();
  const auto parameters = table.needed_column("params").value();
  for (const auto& row : table.rows) {
    const auto network = build_ec_nas(cells->at(row.cells[hash]));
    ASSERT_TRUE(network) << to_string(network.error());
    EXPECT_EQ(totals(*network).parameters, parse_int(row.cells[parameters])) << table.place(row);
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
