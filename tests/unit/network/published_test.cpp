// Compares networks built by name with the figures that their authors and libraries publish.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "network/named.hpp"

namespace joulecast::network {
namespace {

struct Published {
  const char* name;
  std::int64_t parameters;
  double gmacs;  ///< as rounded by its source
  double rounding = 0.0005;
  Shape input = {};  ///< the network's own where empty
};
void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

class PublishedNetwork : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedNetwork, HasItsFigures) {
  const auto& expected = GetParam();
  NamedOptions options;
  if (!expected.input.empty()) options.input = expected.input;
  const auto network = build_named(expected.name, options);
  ASSERT_TRUE(network) << to_string(network.error());
  const auto sum = totals(*network);
  EXPECT_EQ(sum.parameters, expected.parameters);
  EXPECT_NEAR(sum.macs * 1e-9, expected.gmacs, std::max(0.002 * expected.gmacs, 1.02 * expected.rounding));
  EXPECT_TRUE(network->uncounted.empty());
}

// num_params and GFLOPS (multiply-accumulates) of torchvision's model documentation (0.15 and later).
INSTANTIATE_TEST_SUITE_P(
    Torchvision, PublishedNetwork,
    ::testing::Values(
        Published{"alexnet", 61100840, 0.714}, Published{"convnext_tiny", 28589128, 4.456},
        Published{"convnext_small", 50223688, 8.684}, Published{"convnext_base", 88591464, 15.355},
        Published{"convnext_large", 197767336, 34.361}, Published{"densenet121", 7978856, 2.834},
        Published{"densenet161", 28681000, 7.728}, Published{"densenet169", 14149480, 3.36},
        Published{"densenet201", 20013928, 4.291}, Published{"efficientnet_b0", 5288548, 0.386},
        Published{"efficientnet_b1", 7794184, 0.687},
        Published{"efficientnet_b2", 9109994, 1.088, 0.0005, Shape{3, 288, 288}},
        Published{"efficientnet_b3", 12233232, 1.827}, Published{"efficientnet_b4", 19341616, 4.394},
        Published{"efficientnet_b5", 30389784, 10.266}, Published{"efficientnet_b6", 43040704, 19.068},
        Published{"efficientnet_b7", 66347960, 37.746}, Published{"efficientnet_v2_s", 21458488, 8.366},
        Published{"efficientnet_v2_m", 54139356, 24.582}, Published{"efficientnet_v2_l", 118515272, 56.08},
        Published{"googlenet", 6624904, 1.498}, Published{"inception_v3_aux", 27161264, 5.713},
        Published{"mnasnet0_5", 2218512, 0.104}, Published{"mnasnet0_75", 3170208, 0.215},
        Published{"mnasnet1_0", 4383312, 0.314}, Published{"mnasnet1_3", 6282256, 0.526},
        Published{"mobilenet_v2", 3504872, 0.301}, Published{"mobilenet_v3_large", 5483032, 0.217},
        Published{"mobilenet_v3_small", 2542856, 0.057}, Published{"regnet_y_400mf", 4344144, 0.402},
        Published{"regnet_y_800mf", 6432512, 0.834}, Published{"regnet_y_1_6gf", 11202430, 1.612},
        Published{"regnet_y_3_2gf", 19436338, 3.176}, Published{"regnet_y_8gf", 39381472, 8.473},
        Published{"regnet_y_16gf", 83590140, 15.912}, Published{"regnet_y_32gf", 145046770, 32.28},
        Published{"regnet_y_128gf", 644812894, 127.518}, Published{"regnet_x_400mf", 5495976, 0.414},
        Published{"regnet_x_800mf", 7259656, 0.8}, Published{"regnet_x_1_6gf", 9190136, 1.603},
        Published{"regnet_x_3_2gf", 15296552, 3.177}, Published{"regnet_x_8gf", 39572648, 7.995},
        Published{"regnet_x_16gf", 54278536, 15.941}, Published{"regnet_x_32gf", 107811560, 31.736},
        Published{"resnet18", 11689512, 1.814}, Published{"resnet34", 21797672, 3.664},
        Published{"resnet50", 25557032, 4.089}, Published{"resnet101", 44549160, 7.801},
        Published{"resnet152", 60192808, 11.514}, Published{"resnext50_32x4d", 25028904, 4.23},
        Published{"resnext101_32x8d", 88791336, 16.414}, Published{"resnext101_64x4d", 83455272, 15.46},
        Published{"wide_resnet50_2", 68883240, 11.398}, Published{"wide_resnet101_2", 126886696, 22.753},
        Published{"shufflenet_v2_x0_5", 1366792, 0.04}, Published{"shufflenet_v2_x1_0", 2278604, 0.145},
        Published{"shufflenet_v2_x1_5", 3503624, 0.296}, Published{"shufflenet_v2_x2_0", 7393996, 0.583},
        Published{"squeezenet1_0", 1248424, 0.819}, Published{"squeezenet1_1", 1235496, 0.349},
        Published{"vgg11", 132863336, 7.609}, Published{"vgg11_bn", 132868840, 7.609},
        Published{"vgg13", 133047848, 11.308}, Published{"vgg13_bn", 133053736, 11.308},
        Published{"vgg16", 138357544, 15.47}, Published{"vgg16_bn", 138365992, 15.47},
        Published{"vgg19", 143667240, 19.632}, Published{"vgg19_bn", 143678248, 19.632},
        Published{"vit_b_16", 86567656, 17.564}, Published{"vit_b_32", 88224232, 4.409},
        Published{"vit_l_16", 304326632, 61.555}));

// Trainable parameters of keras.applications' summaries (Keras 3); MACs counted from its layers' kernels and
// output shapes.
INSTANTIATE_TEST_SUITE_P(
    Keras, PublishedNetwork,
    ::testing::Values(
        Published{"mobilenet_v1", 4231976, 0.569}, Published{"xception", 22855952, 8.357},
        Published{"nasnet_mobile", 5289978, 0.564}, Published{"nasnet_large", 88753150, 23.783},
        Published{"inception_resnet_v2", 55813192, 13.156}, Published{"resnet50_v2", 25568360, 3.482},
        Published{"resnet101_v2", 44577896, 7.194}, Published{"resnet152_v2", 60236904, 10.907},
        Published{"efficientnet_v2_b0", 7139704, 0.718}, Published{"efficientnet_v2_b1", 8141052, 1.197},
        Published{"efficientnet_v2_b2", 10096086, 1.698}, Published{"efficientnet_v2_b3", 14358406, 3.012},
        Published{"convnext_xlarge", 350196968, 60.921}));

// torchvision also counts the network that computes Swin v2's biases, once per batch: 0.3 %.
INSTANTIATE_TEST_SUITE_P(
    TorchvisionTransformers, PublishedNetwork,
    ::testing::Values(Published{"swin_t", 28288354, 4.491}, Published{"swin_s", 49606258, 8.741},
                      Published{"swin_b", 87768224, 15.431}, Published{"swin_v2_t", 28351570, 5.94, 0.02},
                      Published{"swin_v2_s", 49737442, 11.546, 0.05},
                      Published{"swin_v2_b", 87930848, 20.325, 0.08}, Published{"maxvit_t", 30919624, 5.558},
                      Published{"vit_l_32", 306535400, 15.378}, Published{"vit_h_14", 632045800, 167.295}));

// The auxiliary heads are part of the weights. Clips are of 16 frames.
INSTANTIATE_TEST_SUITE_P(TorchvisionOtherTasks, PublishedNetwork,
                         ::testing::Values(Published{"fcn_resnet50", 35322218, 152.717},
                                           Published{"fcn_resnet101", 54314346, 232.738},
                                           Published{"deeplabv3_resnet50", 42004074, 178.722},
                                           Published{"deeplabv3_resnet101", 60996202, 258.743},
                                           Published{"r3d_18", 33371472, 40.697},
                                           Published{"mc3_18", 11695440, 43.343},
                                           Published{"r2plus1d_18", 31505325, 40.519}));

// Parameters of timm's weights; its results table gives 8.01 G with normalisation and pooling counted.
INSTANTIATE_TEST_SUITE_P(Timm, PublishedNetwork,
                         ::testing::Values(Published{"resnext101_32x4d", 44177704, 8.01, 0.045}));

// Inception v3 and GoogLeNet of torchvision with the auxiliary heads taken off and put on; EfficientNet-B2 at
// 260: Tan and Le 2019, table 2.
INSTANTIATE_TEST_SUITE_P(Variants, PublishedNetwork,
                         ::testing::Values(Published{"inception_v3", 23834568, 5.713},
                                           Published{"googlenet_aux", 13004888, 1.50, 0.02},
                                           Published{"efficientnet_b2", 9109994, 0.99, 0.01}));

// Parameters of Larq Zoo's documentation; GMACs of its model summaries.
INSTANTIATE_TEST_SUITE_P(Larq, PublishedNetwork,
                         ::testing::Values(Published{"quicknet_small", 12655688, 1.172},
                                           Published{"quicknet", 13234088, 1.880},
                                           Published{"quicknet_large", 23342248, 3.730}));

// Parameters of the Hugging Face models bert-base-uncased, bert-large-uncased, distilbert-base-uncased,
// roberta-base and gpt2, the cased and larger ones likewise. MACs by hand: layers x tokens x (12 width^2 + 2
// tokens width) + pooler or output.
constexpr double transformer(double layers, double tokens, double width) {
  return layers * tokens * (12 * width * width + 2 * tokens * width) * 1e-9;
}
INSTANTIATE_TEST_SUITE_P(
    HuggingFace, PublishedNetwork,
    ::testing::Values(
        Published{"bert_base", 109482240, transformer(12, 128, 768)},
        Published{"bert_large", 335141888, transformer(24, 128, 1024)},
        Published{"distilbert", 66362880, transformer(6, 128, 768)},
        Published{"roberta_base", 124645632, transformer(12, 128, 768)},
        Published{"gpt2", 124439808, transformer(12, 1024, 768) + 1024 * 768 * 50257e-9},
        Published{"bert_base_cased", 108310272, transformer(12, 128, 768)},
        Published{"bert_large_cased", 333579264, transformer(24, 128, 1024)},
        Published{"roberta_large", 355359744, transformer(24, 128, 1024)},
        Published{"distilgpt2", 81912576, transformer(6, 1024, 768) + 1024 * 768 * 50257e-9},
        Published{"gpt2_medium", 354823168, transformer(24, 1024, 1024) + 1024 * 1024 * 50257e-9},
        Published{"gpt2_large", 774030080, transformer(36, 1024, 1280) + 1024 * 1280 * 50257e-9},
        Published{"gpt2_xl", 1557611200, transformer(48, 1024, 1600) + 1024 * 1600 * 50257e-9}));

// Parameters of the Hugging Face models deit-tiny-patch16-224 and deit-small-patch16-224. MACs by hand: 196
// patches of 768 values, one token more, and the head.
INSTANTIATE_TEST_SUITE_P(DeiT, PublishedNetwork,
                         ::testing::Values(Published{"deit_tiny", 5717416,
                                                     transformer(12, 197, 192) + (196 * 768 + 1000) * 192e-9},
                                           Published{
                                               "deit_small", 22050664,
                                               transformer(12, 197, 384) + (196 * 768 + 1000) * 384e-9}));

}  // namespace
}  // namespace joulecast::network
