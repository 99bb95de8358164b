#include "session/forecast/probe_boards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/temporary_directory.hpp"

namespace joulecast::session {
namespace {

using ::testing::HasSubstr;

/// Forecast: an hour at 200 W, of which three quarters are the GPU's; the interval is a factor of 1.1.
ProbeResult hour() {
  ProbeResult probe;
  probe.verdict = ProbeVerdict::ready;
  auto& energy = probe.probed.energy;
  energy.total = Joules{4000};
  trace::ComponentEnergy gpu, idle_gpu, cpu;
  gpu.component = idle_gpu.component = trace::Component::gpu;
  gpu.energy = Joules{3000};
  idle_gpu.energy = Joules{200};
  cpu.component = trace::Component::cpu;
  cpu.energy = Joules{800};
  energy.components = {idle_gpu, gpu, cpu};
  const Joules total{720'000};
  probe.energy = {total, estimate::Interval<Joules>{total / 1.1, total * 1.1}};
  probe.duration = {Seconds{3600}, {}};
  return probe;
}

BoardsRequest request_for(std::vector<std::string> gpus, std::vector<std::string> networks = {}) {
  BoardsRequest request;
  request.prediction.gpus = std::move(gpus);
  request.prediction.networks = std::move(networks);
  return request;
}

double log_half(const Predicted& figure) {
  return std::log(*figure.high / *figure.low) / 2;
}

TEST(ProbeBoards, WithoutANetworkTheFiguresOfTheBoardsDecide) {
  const auto boards =
      probe_boards(request_for({"V100-SXM2-16GB"}), hour(), "NVIDIA GeForce RTX 3090").value();
  ASSERT_TRUE(boards.here);
  EXPECT_EQ(boards.here->basis, BoardBasis::measured);
  EXPECT_NEAR(boards.here->power_w->value, 150, 1e-9);
  EXPECT_NEAR(boards.here->energy_j->value, 540'000, 1e-6);
  EXPECT_NEAR(log_half(*boards.here->energy_j), std::log(1.1), 1e-9) << "the forecast's own";
  ASSERT_EQ(boards.others.size(), 1U);
  const auto& other = boards.others.front();
  EXPECT_EQ(other.basis, BoardBasis::figures);
  // GB/s and TFLOP/s of FP32: 936 and 35.58 of the RTX 3090, 900 and 15.67 of the V100
  const double slower = std::pow(936.2 / 900, 0.6) * std::pow(35.58 / 15.67, 0.4);
  EXPECT_NEAR(other.duration_s->value, 3600 * slower, 36);
  EXPECT_NEAR(other.power_w->value, 150 * 300.0 / 350, 1e-6);
  EXPECT_NEAR(other.energy_j->value, other.power_w->value * other.duration_s->value, 1e-3);
  EXPECT_LE(*other.power_w->high, 300) << "no board exceeds its limit";
  EXPECT_GT(log_half(*other.energy_j), 0.8);
}

TEST(ProbeBoards, ANetworkNarrowsIt) {
  const auto by_figures = probe_boards(request_for({"A40"}), hour(), "RTX 3090").value();
  const auto by_network = probe_boards(request_for({"A40"}, {"resnet50"}), hour(), "RTX 3090").value();
  EXPECT_EQ(by_network.others.front().basis, BoardBasis::network);
  EXPECT_LT(log_half(*by_network.others.front().energy_j), log_half(*by_figures.others.front().energy_j));
  EXPECT_TRUE(by_network.others.front().memory_needed_gb);
  EXPECT_FALSE(by_figures.others.front().memory_needed_gb);

  PredictionRequest alone;
  alone.networks = {"resnet50"};
  alone.gpus = {"A40", "RTX 3090"};
  const auto predicted = predict_training(alone).value().predictions;
  const auto& a40 = predicted[predicted[0].training.gpu == "A40" ? 0 : 1];
  const auto& rtx = predicted[predicted[0].training.gpu == "A40" ? 1 : 0];
  EXPECT_NEAR(by_network.others.front().power_w->value, 150 * a40.power_w->value / rtx.power_w->value, 1e-6);
  const double figures = by_figures.others.front().duration_s->value / 3600;
  EXPECT_NEAR(by_network.others.front().duration_s->value / 3600,
              std::sqrt(figures * a40.step_time_s->value / rtx.step_time_s->value), 1e-9);
}

TEST(ProbeBoards, TheBoardHereIsNotListedTwiceAndTheCheapestComesFirst) {
  const auto boards =
      probe_boards(request_for({"Tesla P100-PCIE-16GB", "RTX 3090", "A40"}), hour(), "RTX 3090").value();
  ASSERT_EQ(boards.others.size(), 2U);
  EXPECT_LE(boards.others[0].energy_j->value, boards.others[1].energy_j->value);
}

TEST(ProbeBoards, OfSeveralGpusThoseThatWorkedCount) {
  auto request = request_for({"A40"});
  request.prediction.training.gpu_count = 2;
  const auto boards = probe_boards(request, hour(), "RTX 3090").value();
  EXPECT_NEAR(boards.here->power_w->value, 160, 1e-9);
}

TEST(ProbeBoards, WhatAProcessorDoesSaysNothingAboutBoards) {
  auto probe = hour();
  std::erase_if(probe.probed.energy.components,
                [](const auto& row) { return row.component == trace::Component::gpu; });
  EXPECT_THAT(probe_boards(request_for({"A40"}), probe, "").value().why, HasSubstr("need --model"));
  auto& phase = probe.probed.phase.emplace();
  phase.unit = "step";
  phase.total_work = 1000;
  const auto boards = probe_boards(request_for({"A40"}, {"resnet50"}), probe, "").value();
  EXPECT_FALSE(boards.here);
  ASSERT_EQ(boards.others.size(), 1U);
  EXPECT_EQ(boards.others.front().basis, BoardBasis::predicted);
  ASSERT_TRUE(boards.others.front().duration_s);
  EXPECT_THAT(boards.why, HasSubstr("not calibrated"));
  probe.probed.phase->unit = "epoch";  // how long an epoch is was not said
  EXPECT_THAT(probe_boards(request_for({"A40"}, {"resnet50"}), probe, "").value().why,
              HasSubstr("--samples"));
}

TEST(ProbeBoards, WithoutAForecastThereIsNothingToScale) {
  auto probe = hour();
  probe.energy.reset();
  probe.why = "no total known";
  const auto boards = probe_boards(request_for({"A40"}), probe, "RTX 3090").value();
  EXPECT_TRUE(boards.others.empty());
  EXPECT_THAT(boards.why, HasSubstr("no total known"));
  EXPECT_THAT(probe_boards(request_for({"A40"}), hour(), "Some New Board").value().why,
              HasSubstr("Some New Board"));
}

TEST(ProbeBoards, RequestsAreCheckedBeforeATrainingIsEndedForThem) {
  const testing::TemporaryDirectory devices;
  auto environment = sensors::real_environment();
  environment.roots.dev = devices.path();
  EXPECT_TRUE(check_boards(request_for({}), environment));
  EXPECT_EQ(check_boards(request_for({"A40"}), environment).error().where, "model");
  EXPECT_TRUE(check_boards(request_for({"A40"}, {"resnet50"}), environment));
  EXPECT_EQ(check_boards(request_for({}, {"resnet50"}), environment).error().where, "gpu");
  EXPECT_EQ(check_boards(request_for({"A40"}, {"resnet50", "vgg16"}), environment).error().where, "model");
  EXPECT_FALSE(check_boards(request_for({"A40"}, {"no-such-network"}), environment));
}

}  // namespace
}  // namespace joulecast::session
