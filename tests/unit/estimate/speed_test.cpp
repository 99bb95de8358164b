// The speed of steps: equations against rooflines worked out by hand, and a fit against known factors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/speed/name_similarity.hpp"
#include "estimate/offline/speed/row_noise.hpp"
#include "estimate/offline/speed/speed_model.hpp"
#include "estimate/offline/speed/step_terms.hpp"
#include "unit/estimate/offline_support.hpp"

namespace joulecast::estimate {
namespace {

using testing::made_gpu;

/// 10 TFLOP/s in FP32, 1,000 GB/s.
hardware::Gpu board() {
  auto gpu = made_gpu("Board", 10, 1000, 300);
  gpu.vendor = "NVIDIA";
  gpu.architecture = "Ampere";
  gpu.fp16_tflops = 40;
  return gpu;
}

Sample image_training(double gmacs, double activations_m, double micro_batch) {
  Sample sample;
  sample.source = "lab";
  sample.training.architecture = "net";
  sample.training.precision = "fp32";
  sample.training.gpu_count = 1;
  sample.gpu = board();
  Step step;
  step.name = "net";
  step.setup.micro_batch = micro_batch;
  step.work.gmacs = gmacs;
  step.work.activations_m = activations_m;
  step.work.params_m = 10;
  step.work.kernels = 100;
  sample.step = step;
  return sample;
}

double seconds(const Sample& sample, StepTerm term) {
  return step_terms(sample).seconds[static_cast<std::size_t>(term)];
}

TEST(StepTerms, AreTheRooflineOfADataSheet) {
  const auto sample = image_training(5, 20, 50);
  // 2 x 5e9 x 3 passes / 10e12
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 3e-3, 1e-12);
  // 20e6 x 4 bytes x 3 passes / 1e12
  EXPECT_NEAR(seconds(sample, StepTerm::activations), 240e-6, 1e-12);
  // 10e6 x 24 bytes / 1e12 / 50 samples
  EXPECT_NEAR(seconds(sample, StepTerm::weights), 4.8e-6, 1e-12);
  EXPECT_EQ(seconds(sample, StepTerm::node_exchange), 0);
}

/// 3 of 5 GMACs in plain convolutions, 2 in grouped ones, which reach a smaller share of the peak.
TEST(StepTerms, GroupedConvolutionsCountByThemselves) {
  auto sample = image_training(5, 20, 50);
  auto& work = sample.step->work;
  work.composed = true;
  work.gmacs_of = {3, 0, 2, 0, 0, 0};
  work.other_m = 2.7 * 20;  // as much as usual
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 1.8e-3, 1e-12);
  EXPECT_NEAR(seconds(sample, StepTerm::grouped_arithmetic), 1.2e-3, 1e-12);
  EXPECT_NEAR(product_seconds(step_terms(sample)), 3e-3, 1e-12);
  EXPECT_NEAR(seconds(sample, StepTerm::activations), 240e-6, 1e-12);
  work.other_m = 0;
  EXPECT_NEAR(seconds(sample, StepTerm::activations), 240e-6 * 1.4 / 4.1, 1e-12);
}

/// A data sheet of 10 TFLOP/s in FP32 and 80 in TF32.
TEST(StepTerms, PlainProductsStayInFp32WhereConvolutionsUseTf32) {
  auto sample = image_training(5, 20, 50);
  sample.gpu.tf32_tflops = 80;
  sample.training.precision = "fp32-or-tf32";
  auto& work = sample.step->work;
  work.composed = true;
  work.gmacs_of = {4, 0, 0, 0, 1, 0};
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 2 * 4e9 * 3 / 80e12, 1e-12);
  EXPECT_NEAR(seconds(sample, StepTerm::plain_fp32), 2 * 1e9 * 3 / 10e12, 1e-12);
}

/// 4 sums of 128 tokens x 1,024 x 2 bytes in each of 10 layers, 2 x 3/4 of it by each of 4 GPUs.
TEST(StepTerms, TensorParallelGpusExchangeLayersOutputs) {
  auto sample = image_training(5, 20, 50);
  sample.training.gpu_count = 8;
  auto& work = sample.step->work;
  work.transformer = true;
  work.layers = 10;
  work.width = 1024;
  work.tokens = 128;
  EXPECT_EQ(seconds(sample, StepTerm::tensor_exchange), 0);
  sample.step->setup.tensor_parallel = 4;
  EXPECT_NEAR(seconds(sample, StepTerm::tensor_exchange), 4 * 10 * 128 * 1024 * 2 * 1.5 * 4 * 1e-9, 1e-12);
}

TEST(StepTerms, GpusThatStandApartExchangeNoLess) {
  auto sample = image_training(5, 20, 50);
  sample.training.gpu_count = 8;
  sample.training.nodes = 1;
  const double together = seconds(sample, StepTerm::node_exchange);
  EXPECT_EQ(seconds(sample, StepTerm::net_exchange), 0);
  sample.training.nodes = 8;
  EXPECT_EQ(seconds(sample, StepTerm::node_exchange), together);
  EXPECT_GT(seconds(sample, StepTerm::net_exchange), 0);
}

TEST(StepTerms, CheckpointingComputesNothingAgainThatNoGradientPasses) {
  auto sample = image_training(5, 20, 50);
  sample.step->work.product_passes = 1;  // a head alone
  sample.step->setup.checkpointing = true;
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 1e-3, 1e-12);
}

/// Columns tell how much work there is, the network what kinds of it.
TEST(StepWork, TakesProportionsFromTheNetwork) {
  NetworkWork network;
  network.gmacs = 4;
  network.gmacs_of = {3, 0, 0, 1, 0, 0};
  network.product_outputs = 10e6;
  network.other_outputs = 30e6;
  formats::StepSetup setup;
  setup.activations_m = 20;
  const auto work = step_work({"net", 8, 25e6, true}, setup, network);
  ASSERT_TRUE(work.composed);
  EXPECT_NEAR(work.gmacs_of[static_cast<std::size_t>(ProductKind::spatial)], 6, 1e-12);
  EXPECT_NEAR(work.gmacs_of[static_cast<std::size_t>(ProductKind::depthwise)], 2, 1e-12);
  EXPECT_NEAR(work.other_m, 60, 1e-9);
  EXPECT_FALSE(step_work({"net", 8, 25e6, true}, setup, std::nullopt).composed);
}

TEST(StepTerms, ForwardPassesAloneCostAThirdOfTheArithmetic) {
  auto sample = image_training(5, 20, 50);
  sample.step->setup.training = false;
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 1e-3, 1e-12);
}

TEST(StepTerms, CheckpointingComputesTheForwardPassAgain) {
  auto sample = image_training(5, 20, 50);
  sample.step->setup.checkpointing = true;
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic), 4e-3, 1e-12);
}

TEST(StepTerms, GradientsAreExchangedOnceForAllMicroBatches) {
  auto sample = image_training(5, 20, 50);
  sample.training.gpu_count = 4;
  // 10e6 x 4 bytes x 2 x 3/4, in GB, for each of 50 samples
  EXPECT_NEAR(seconds(sample, StepTerm::node_exchange), 0.04 * 1.5 / 50, 1e-12);
  EXPECT_EQ(seconds(sample, StepTerm::net_exchange), 0);
  sample.step->setup.global_batch = 400;
  EXPECT_NEAR(seconds(sample, StepTerm::node_exchange), 0.04 * 1.5 / 100, 1e-12);
  sample.training.nodes = 2;
  EXPECT_NEAR(seconds(sample, StepTerm::node_exchange), 0.04 * 1.5 / 100, 1e-12);
  EXPECT_NEAR(seconds(sample, StepTerm::net_exchange), 0.04 / 100, 1e-12);
}

/// A layer's width of 1,024, on a board of 64 multiprocessors.
Sample token_training(double micro_batch) {
  auto sample = image_training(5, 20, micro_batch);
  sample.gpu.multiprocessors = 64;
  sample.step->work.transformer = true;
  sample.step->work.width = 1024;
  sample.step->work.tokens = 512;
  return sample;
}

TEST(PartialWaves, FollowFromTilesAndMultiprocessors) {
  // 2 x 512 rows are 8 tiles, 1,024 columns likewise: 64 tiles are one wave, and 4,096 columns are four
  EXPECT_NEAR(partial_wave_share(token_training(2)), 2.0 / 3 + 1.0 / 3 / 4, 1e-12);
  EXPECT_NEAR(partial_wave_share(token_training(8)), (2.0 / 3 + 1.0 / 3 / 4) / 4, 1e-12);
  EXPECT_EQ(partial_wave_share(token_training(1e-6)), 10) << "products so small are divided otherwise";
  EXPECT_EQ(partial_wave_share(image_training(5, 20, 50)), 0) << "width unknown";
  const auto sample = token_training(2);
  EXPECT_NEAR(seconds(sample, StepTerm::partial_waves), 0.75 * seconds(sample, StepTerm::arithmetic), 1e-12);
}

TEST(TokenExchange, GrowsWithTheShareOfExpertsElsewhere) {
  auto sample = token_training(2);
  sample.training.gpu_count = 8;
  sample.step->work.layers = 10;
  EXPECT_EQ(seconds(sample, StepTerm::token_exchange), 0);
  sample.step->setup.expert_parallel = 4;
  // 512 tokens x 10 layers x 1,024 x 6 experts x 4 ways x 2 bytes x 3/4, in GB
  EXPECT_NEAR(seconds(sample, StepTerm::token_exchange), 0.188743680, 1e-9);
}

TEST(PipelineBubble, IsTheTimeThatStagesWait) {
  auto sample = token_training(2);
  sample.training.gpu_count = 4;
  EXPECT_EQ(pipeline_bubble(sample), 1);
  sample.step->setup.pipeline_parallel = 4;
  sample.step->setup.global_batch = 2;
  EXPECT_NEAR(pipeline_bubble(sample), 4, 1e-12) << "one micro-batch: one GPU works at a time";
  sample.step->setup.global_batch = 24;
  EXPECT_NEAR(pipeline_bubble(sample), 1 + 3.0 / 12, 1e-12);
  sample.step->setup.virtual_stages = 2;
  EXPECT_NEAR(pipeline_bubble(sample), 1 + 3.0 / 24, 1e-12);
  EXPECT_NEAR(seconds(sample, StepTerm::arithmetic),
              1.125 * seconds(image_training(5, 20, 50), StepTerm::arithmetic), 1e-12);
}

TEST(SustainedTflops, IsWhatThePowerLimitLetsHold) {
  auto gpu = board();
  EXPECT_EQ(sustained_tflops(gpu, "fp32"), 10) << "300 W for 10 TFLOP/s are plenty";
  // 7.5 W per TFLOP/s of Ampere are 75 W: the root of a quarter
  gpu.power_limit = Watts{75.0 / 4};
  EXPECT_NEAR(sustained_tflops(gpu, "fp32"), 5, 1e-12);
  gpu.power_limit = Watts{300};
  EXPECT_EQ(sustained_tflops(gpu, "amp-fp16"), 40);
  // 0.8 TFLOP/s per watt are 10 W for 8 TFLOP/s: a fifth of 40
  gpu.power_limit = Watts{10};
  EXPECT_NEAR(sustained_tflops(gpu, "amp-fp16"), 40 * std::sqrt(0.2), 1e-12);
  EXPECT_EQ(sustained_tflops(gpu, ""), 40) << "the precision is not said";
}

/// A twentieth for clocks above the stated one.
TEST(LeastStepTime, IsThatOfThePeakLessWinograd) {
  auto sample = image_training(5, 20, 50);
  EXPECT_NEAR(least_step_time(sample), 0.95 * 0.7 * 3e-3, 1e-12);
  sample.training.gpu_count = 2;
  EXPECT_NEAR(least_step_time(sample), 0.95 * 0.7 * 1.5e-3, 1e-12);
  sample.training.precision = "amp-fp16";
  EXPECT_NEAR(least_step_time(sample), 0.95 * 0.7 * 1.5e-3 / 4, 1e-12);
  sample.training.precision.clear();
  EXPECT_EQ(least_step_time(sample), 0);
}

TEST(LeastStepTime, SavesNothingOfPlainProducts) {
  auto sample = image_training(5, 20, 50);
  sample.step->work.transformer = true;
  EXPECT_NEAR(least_step_time(sample), 0.95 * 3e-3, 1e-12);
  sample.step->work.transformer = false;
  sample.step->work.composed = true;
  sample.step->work.gmacs_of = {1, 3, 0, 0, 1, 0};  // a fifth over several positions
  EXPECT_NEAR(least_step_time(sample), 0.95 * (1 - 0.3 / 5) * 3e-3, 1e-12);
}

bool has_factor(const Sample& sample, StepTerm term, const std::string& name) {
  const auto factors = step_terms(sample).factors[static_cast<std::size_t>(term)];
  return std::ranges::any_of(factors, [&](const Factor& factor) { return factor.name == name; });
}

TEST(StepFactors, KnowHowABoardComputesProductsInFp32) {
  auto sample = image_training(5, 20, 50);
  sample.gpu.multiprocessors = 50;
  sample.gpu.cores = 64 * 50;
  EXPECT_FALSE(has_factor(sample, StepTerm::arithmetic, "arithmetic of doubled lanes"));
  sample.gpu.cores = 128 * 50;
  EXPECT_TRUE(has_factor(sample, StepTerm::arithmetic, "arithmetic of doubled lanes"));
  sample.training.precision = "amp-fp16";
  EXPECT_FALSE(has_factor(sample, StepTerm::arithmetic, "arithmetic of doubled lanes"));
}

TEST(StepFactors, KnowRacks) {
  auto sample = token_training(2);
  sample.training.gpu_count = 64;
  sample.step->setup.expert_parallel = 64;
  const std::string far = "token exchange between nodes", rack = "arithmetic in a rack lab";
  EXPECT_TRUE(has_factor(sample, StepTerm::token_exchange, far));
  EXPECT_FALSE(has_factor(sample, StepTerm::arithmetic, rack));
  sample.gpu.name = "GB300";
  EXPECT_FALSE(has_factor(sample, StepTerm::token_exchange, far)) << "72 GPUs are joined";
  EXPECT_TRUE(has_factor(sample, StepTerm::arithmetic, rack));
}

TEST(StepFactors, KeepWhatIsNotSaidApart) {
  auto sample = image_training(5, 20, 50);
  sample.training.precision = "amp-fp16";
  EXPECT_FALSE(has_factor(sample, StepTerm::arithmetic, "arithmetic unsaid"));
  EXPECT_TRUE(has_factor(sample, StepTerm::arithmetic, "arithmetic Ampere mixed images"));
  sample.training.precision = "";
  EXPECT_TRUE(has_factor(sample, StepTerm::arithmetic, "arithmetic unsaid"));
  EXPECT_FALSE(has_factor(sample, StepTerm::arithmetic, "arithmetic Ampere mixed images"))
      << "it may have been 8 bits";
}

TEST(StepFactors, KnowTheMachineWhereGpusAreJoinedByItsLanes) {
  auto sample = image_training(4, 11, 128);
  sample.training.gpu_count = 2;
  const auto knows_machine = [&] {
    const auto terms = step_terms(sample);
    return std::ranges::any_of(
        terms.factors[static_cast<std::size_t>(StepTerm::node_exchange)],
        [](const Factor& factor) { return factor.name == "node exchange lab on Board"; });
  };
  EXPECT_TRUE(knows_machine());
  sample.step->setup.fast_links = true;
  EXPECT_FALSE(knows_machine());
}

TEST(PeakTflops, IsThatOfTheUnitThatTheBoardHas) {
  auto gpu = board();
  EXPECT_EQ(peak_tflops(gpu, "fp32"), 10);
  EXPECT_EQ(peak_tflops(gpu, "tf32"), 10) << "no TF32 units";
  EXPECT_EQ(peak_tflops(gpu, "amp-bf16"), 40);
  EXPECT_EQ(peak_tflops(gpu, "fp8"), 40) << "no FP8 units";
  gpu.architecture = "Hopper";
  EXPECT_EQ(peak_tflops(gpu, "fp8"), 80);
  gpu.architecture = "Volta";
  EXPECT_EQ(peak_tflops(gpu, "bf16"), 10) << "no BF16 units";
  EXPECT_EQ(peak_tflops(gpu, "fp16"), 40);
}

TEST(SizeInName, IsReadAsPeopleWriteIt) {
  EXPECT_NEAR(size_in_name("mpt-7b")->active_m, 7000, 1e-6);
  EXPECT_NEAR(size_in_name("OPT-1.3B")->params_m, 1300, 1e-6);
  EXPECT_NEAR(size_in_name("pythia-160m")->params_m, 160, 1e-6);
  EXPECT_NEAR(size_in_name("qwen3-30b-a3b")->params_m, 30000, 1e-6);
  EXPECT_NEAR(size_in_name("qwen3-30b-a3b")->active_m, 3000, 1e-6);
  EXPECT_NEAR(size_in_name("gpt-l12-h512")->params_m, (12 * 12 * 512 * 512 + 50257 * 512) * 1e-6, 1e-3);
  EXPECT_FALSE(size_in_name("resnet"));
}

TEST(SizeInName, KnowsSwitchTransformersByTheirExperts) {
  // as published: 7.4 and 26.3 billion (Fedus et al. 2022)
  EXPECT_NEAR(size_in_name("google/switch-base-128")->params_m, 7410, 30);
  EXPECT_NEAR(size_in_name("switch-large-128")->params_m, 26300, 100);
  const auto size = size_in_name("switch-transformer-xl (4 experts)");
  // T5 3B, and three more experts of 2 x 1,024 x 16,384 weights in 24 layers
  EXPECT_NEAR(size->active_m, 2851.6, 1);
  EXPECT_NEAR(size->params_m, 2851.6 + 3 * 24 * 2 * 1.024 * 16.384, 1);
  EXPECT_FALSE(size_in_name("switch-huge-128"));
}

TEST(StepWork, TakesAShapeFromTheName) {
  formats::StepSetup setup;
  setup.sequence_length = 2048;
  const StepFacts facts{"gpt3-xl (24 layers, width 3072)", std::nullopt, 2900e6, false};
  const auto work = step_work(facts, setup, std::nullopt);
  EXPECT_EQ(work.width, 3072);
  EXPECT_NEAR(work.attention_gmacs, 2 * 24 * 2048.0 * 2048 * 3072 * 1e-9, 1e-6);
}

TEST(NameSimilarity, FindsTheNetworkInsideAName) {
  const auto resnet = triples_of("resnet50");
  EXPECT_NEAR(similarity(resnet, triples_of("ResNet-101")), 1, 1e-12) << "digits are one mark";
  EXPECT_GT(similarity(resnet, triples_of("ecaresnet50d")),
            similarity(resnet, triples_of("efficientnet_b0")));
  EXPECT_EQ(similarity(resnet, triples_of("vit")), 0);
}

TEST(SpeedCovariance, HasAPartOfChannelsLastAlone) {
  SpeedFeatures one, two;
  one.network = "resnet50";
  two.network = "resnet101";
  one.triples = two.triples = triples_of("resnet50");
  const double usual = covariance(one, two);
  one.nhwc = true;
  EXPECT_DOUBLE_EQ(covariance(one, two), usual);
  two.nhwc = true;
  EXPECT_GT(covariance(one, two), 1.5 * usual);
}

/// A row of ten networks on three boards.
SpeedFeatures network_on(int network, const std::string& board) {
  SpeedFeatures row;
  row.transformer = true;
  row.network = row.name = "net" + std::to_string(network);
  row.board = board;
  row.precision = "fp32";
  row.work[0] = network;
  return row;
}

TEST(SpeedResidual, CountsARowThatIsFarOffForLittle) {
  std::vector<SpeedFeatures> rows;
  std::vector<double> residuals;
  for (int network = 0; network < 10; ++network)
    for (const auto* board : {"one", "two", "three"}) {
      rows.push_back(network_on(network, board));
      residuals.push_back(network == 5 && rows.back().board == "two" ? std::log(3) : 0);
    }
  const auto model = SpeedResidual::fit(rows, residuals);
  // worked out with NumPy; scatter of a normal distribution would give 0.338
  EXPECT_NEAR(model.predict(network_on(5, "four")).mean, 0.1172627, 1e-6);
  // what all rows of a network agree about is no scatter
  for (std::size_t i = 0; i < rows.size(); ++i) residuals[i] = rows[i].network == "net5" ? std::log(1.5) : 0;
  EXPECT_NEAR(SpeedResidual::fit(rows, residuals).predict(network_on(5, "four")).mean, 0.3738188, 1e-6);
}

TEST(InvertLower, IsTheInverseOfATriangle) {
  constexpr Eigen::Index n = 150;  // halved twice
  Eigen::MatrixXf triangle = Eigen::MatrixXf::Zero(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) triangle(i, j) = std::sin(static_cast<float>(7 * i + 3 * j)) / 10;
    triangle(i, i) = 1 + static_cast<float>(i % 5);
  }
  Eigen::MatrixXf inverse = triangle;
  invert_lower(inverse);
  EXPECT_LT((triangle.lazyProduct(inverse) - Eigen::MatrixXf::Identity(n, n)).cwiseAbs().maxCoeff(), 1e-4F);
}

/// Rows of one software whose arithmetic takes `over_peak` times the peak's time, and activations twice.
std::vector<Sample> known_rows(double over_peak) {
  std::vector<Sample> rows;
  for (int network = 0; network < 20; ++network)
    for (const double batch : {64.0, 256.0}) {
      auto sample = image_training(0.5 + 0.7 * network, 5 + 11.0 * ((7 * network) % 20), batch);
      sample.step->name = sample.training.architecture =
          "net" + std::string(1, static_cast<char>('a' + network));
      const double gpu = over_peak * seconds(sample, StepTerm::arithmetic) +
                         2 * seconds(sample, StepTerm::activations) + seconds(sample, StepTerm::weights);
      const double launches = 8 * seconds(sample, StepTerm::launches);
      sample.measured.step_time_s = std::cbrt(std::pow(gpu, 3) + std::pow(launches, 3));
      rows.push_back(sample);
    }
  return rows;
}

double miss(const SpeedModel& model, const Sample& sample) {
  return std::abs(std::log(model.predict(sample)->step_time_s / *sample.measured.step_time_s));
}

TEST(SpeedModel, RecoversKnownFactors) {
  const auto rows = known_rows(1.5);
  std::vector<Sample> train, test;
  for (const auto& row : rows) (row.training.architecture < "netp" ? train : test).push_back(row);
  const auto model = SpeedModel::fit(train);
  ASSERT_TRUE(model);
  for (const auto& row : test) EXPECT_LT(miss(*model, row), 0.04) << row.training.architecture;
}

TEST(SpeedModel, IsTheSameFromItsFile) {
  const auto rows = known_rows(2);
  const auto model = SpeedModel::fit(rows);
  ASSERT_TRUE(model);
  const auto read = SpeedModel::from_json(model->to_json());
  ASSERT_TRUE(read);
  for (const auto& row : rows)
    EXPECT_NEAR(read->predict(row)->step_time_s / model->predict(row)->step_time_s, 1, 1e-3);
}

TEST(SpeedModel, KnowsNothingOfANetworkWithoutFigures) {
  auto rows = known_rows(2);
  const auto model = SpeedModel::fit(rows);
  ASSERT_TRUE(model);
  auto sample = rows.front();
  sample.training.architecture = "never-seen";
  sample.step->work.nominal = true;
  EXPECT_FALSE(model->predict(sample));
}

TEST(SpeedModel, IsLessSureOfOtherSoftware) {
  const auto rows = known_rows(2);
  const auto model = SpeedModel::fit(rows);
  ASSERT_TRUE(model);
  auto sample = rows.front();
  const double own = model->predict(sample)->spread;
  sample.source = "";
  EXPECT_GT(model->predict(sample)->spread, 1.5 * own);
}

TEST(SpeedModel, IsUnsureOfLaunchesThatOtherSoftwareMayWaitFor) {
  const auto model = SpeedModel::fit(known_rows(2));
  ASSERT_TRUE(model);
  const auto spread_of = [&](double micro_batch) {
    auto sample = image_training(5, 20, micro_batch);
    sample.source = "elsewhere";
    return model->predict(sample)->spread;
  };
  // a large batch hides launches even if they take e^2 times as long as is usual, a small one does not
  EXPECT_LT(spread_of(2048), 0.6);
  EXPECT_GT(spread_of(1), 0.95) << "waits for launches alone, whose prior is that wide";
  EXPECT_GT(spread_of(2), 1.05 * spread_of(2048))
      << "launches may come to the front, where a slope sees nothing";
}

}  // namespace
}  // namespace joulecast::estimate
